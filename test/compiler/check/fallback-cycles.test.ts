import { describe, expect, it } from 'vitest'
import { fallbackCycles } from '../../../compiler/check/fallback-cycles.ts'
import { messagesOf } from './messages-of.ts'

const round = (...names: string[]): string =>
  `the fallbacks of \`${names[0] ?? ''}\` lead back to it: ${names.map((name) => `\`${name}\``).join(' → ')}`

/** Model → its fallbacks. */
async function cycles(fallbacks: Record<string, string[]>): Promise<string[]> {
  const models = Object.entries(fallbacks).map(([name, fallback]) => [
    name,
    { targets: ['gpu/small'], fallback },
  ])
  return messagesOf(fallbackCycles, { models: Object.fromEntries(models) as Record<string, unknown> })
}

describe('fallback cycles', () => {
  const rows: [string, Record<string, string[]>, string[]][] = [
    ['none', { a: ['b', 'c'], b: ['c'], c: ['gpu/large'] }, []],
    ['a model and itself', { a: ['gpu/large', 'a'] }, [round('a', 'a')]],
    [
      'two rounds that share a step, each by its shortest way',
      { a: ['b', 'c'], b: ['c'], c: ['a'] },
      [round('a', 'c', 'a'), round('b', 'c', 'a', 'b')],
    ],
    ['a way into a round is none itself', { a: ['b'], b: ['c'], c: ['b'] }, [round('b', 'c', 'b')]],
    [
      'two rounds',
      { a: ['b'], b: ['a'], c: ['d'], d: ['c', 'a'] },
      [round('a', 'b', 'a'), round('c', 'd', 'c')],
    ],
  ]
  it.each(rows)('%s', async (_, fallbacks, expected) => expect(await cycles(fallbacks)).toEqual(expected))
})
