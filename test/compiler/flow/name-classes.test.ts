import { describe, expect, it } from 'vitest'
import { resolveName } from '../../../src/table/names.ts'
import type { Predicate } from '../../../src/table/predicate.ts'
import { nameClasses } from '../../../compiler/flow/name-classes.ts'
import { makeClient, makeTable } from '../../src/make-snapshot.ts'

const TABLE = makeTable({
  names: { fast: 'fast', auto: 'auto', 'openai/small': 'fast' },
  wildcards: [
    { prefix: 'openai/gpt-', model: 'safe' },
    { prefix: 'openai/', model: 'auto' },
  ],
  clients: { crew: makeClient({ models: ['openai/gpt-4', 'openai/o*'] }), guest: makeClient() },
})
const INPUT = { ...TABLE, models: {} }
const ASKED: Predicate[] = [
  { kind: 'model', names: ['openai/x', 'nothing'], prefixes: ['openai/gpt-4', 'fa'] },
]

describe('name classes', () => {
  const classes = nameClasses(INPUT, ASKED)

  it('are the names that are mentioned and mean something, and the rest under each prefix', () => {
    expect(
      classes.map(({ example, prefix, model }) => [prefix === null ? example : `${prefix}*`, model]),
    ).toEqual([
      ['fast', 'fast'],
      ['auto', 'auto'],
      ['openai/small', 'fast'],
      ['openai/gpt-4', 'safe'],
      ['openai/x', 'auto'],
      ['openai/gpt-*', 'safe'],
      ['openai/*', 'auto'],
      ['openai/o*', 'auto'],
      ['openai/gpt-4*', 'safe'],
    ])
  })

  it.each(classes)('have an example of their own: $example', ({ example, prefix, model }) => {
    expect(resolveName(TABLE, example)?.model).toBe(model)
    const others = classes.filter((other) => other.prefix !== prefix && other.prefix !== null)
    const longer = others.filter((other) => (other.prefix ?? '').length > (prefix ?? '').length)
    if (prefix === null) return
    expect(example.startsWith(prefix)).toBe(true)
    expect(longer.filter((other) => example.startsWith(other.prefix ?? ''))).toEqual([])
    expect(classes.filter((other) => other.prefix === null).map((other) => other.example)).not.toContain(
      example,
    )
  })

  it('need no prefixes where no name ends in `*`', () => {
    const found = nameClasses({ ...INPUT, wildcards: [] }, ASKED)
    expect(found.map(({ example }) => example)).toEqual(['fast', 'auto', 'openai/small'])
  })
})
