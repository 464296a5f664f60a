import { describe, expect, it } from 'vitest'
import { gatedDeadEnds } from '../../../compiler/check/gated-dead-ends.ts'
import { messagesOf } from './messages-of.ts'

const pc = (mode: string): unknown => ({ kind: 'openai', url: 'http://pc', mode, models: { m: { id: 'm' } } })
const backends = { pc: pc('gaming'), rack: pc('closed') }
const modes = { gaming: {}, closed: { whenOn: 'nothing' } }
const models = {
  auto: { rules: 'main' },
  gated: { targets: ['pc/m'] },
  backed: { targets: ['pc/m'], fallback: ['fast'] },
  both: { targets: ['pc/m'], fallback: ['rack/m'] },
}

type Rule = Record<string, unknown>

async function deadEnds(...rules: Rule[]): Promise<string[]> {
  const main = [...rules, { id: 'else', to: 'fast' }]
  return messagesOf(gatedDeadEnds, { backends, modes, models, policy: { rules: { main } } })
}

describe('rules that lead nowhere while a mode is on', () => {
  const tools = { tools: true }
  const rows: [string, Rule[], string[]][] = [
    [
      'all gated',
      [{ id: 'a', when: tools, to: 'gated' }],
      ['while `gaming` is on, the rule `a` leads nowhere'],
    ],
    ['a fallback is free', [{ id: 'a', when: tools, to: 'backed' }], []],
    ['forced', [{ id: 'a', when: tools, to: 'gated', force: true }], []],
    [
      'forced in vain',
      [{ id: 'a', when: tools, to: 'rack/m', force: true }],
      ['while `closed` is on, the rule `a` leads nowhere'],
    ],
    [
      'gated by two',
      [{ id: 'a', when: tools, to: 'both' }],
      ['while `closed`, `gaming` are on, the rule `a` leads nowhere'],
    ],
    ['forced past one of two', [{ id: 'a', when: tools, to: 'both', force: true }], []],
    [
      'only while the mode is off',
      [{ id: 'a', when: { ...tools, not: { mode: 'gaming' } }, to: 'gated' }],
      [],
    ],
    [
      'another rule takes them',
      [
        { id: 'm', when: { mode: 'gaming' }, to: 'fast' },
        { id: 'a', when: tools, to: 'gated' },
      ],
      [],
    ],
    [
      'another rule takes some',
      [
        { id: 'm', when: { mode: 'gaming', stream: true }, to: 'fast' },
        { id: 'a', when: tools, to: 'gated' },
      ],
      ['while `gaming` is on, the rule `a` leads nowhere'],
    ],
    [
      'an arm of a split',
      [
        {
          id: 'a',
          when: tools,
          split: [
            { to: 'fast', weight: 1 },
            { to: 'gated', weight: 1 },
          ],
        },
      ],
      ['while `gaming` is on, the rule `a` leads nowhere'],
    ],
  ]
  it.each(rows)('%s', async (_, rules, expected) => expect(await deadEnds(...rules)).toEqual(expected))
})
