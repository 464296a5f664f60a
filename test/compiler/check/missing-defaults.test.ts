import { describe, expect, it } from 'vitest'
import { missingDefaults } from '../../../compiler/check/missing-defaults.ts'
import { messagesOf } from './messages-of.ts'

const when = { tools: true }

describe('missing defaults', () => {
  const rows: [string, Record<string, unknown>[], string[]][] = [
    ['a rule that always leads on', [{ id: 'a', to: 'fast' }], []],
    ['a rule that always blocks', [{ id: 'a', block: { message: 'no' } }], []],
    ['a rule that always splits', [{ id: 'a', split: [{ to: 'fast', weight: 1 }] }], []],
    [
      'a condition at the end',
      [{ id: 'a', when, to: 'fast' }],
      ['the last rule of `main`, `a`, may not hold'],
    ],
    [
      'conditions that cover all, at the end',
      [
        { id: 'a', when, to: 'fast' },
        { id: 'b', when: { tools: false }, to: 'fast' },
      ],
      ['the last rule of `main`, `b`, may not hold'],
    ],
    [
      'a change at the end',
      [
        { id: 'a', to: 'fast' },
        { id: 'b', set: { seed: 1 } },
      ],
      ['the last rule of `main`, `b`, only changes the request'],
    ],
  ]
  it.each(rows)('%s', async (_, rules, expected) => {
    expect(await messagesOf(missingDefaults, { policy: { rules: { main: rules } } })).toEqual(expected)
  })
})
