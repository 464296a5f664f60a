import { describe, expect, it } from 'vitest'
import {
  consequence,
  exampleValue,
  isSame,
  passes,
  type OpaqueTest,
} from '../../../compiler/flow/header-values.ts'
import type { HeaderTest, Predicate } from '../../../src/table/predicate.ts'
import { makeTable } from '../../src/make-snapshot.ts'
import { makeRule } from '../../src/make-policy.ts'
import { tableFlow } from './table-flow.ts'

const prefix = (value: string): OpaqueTest => ({ kind: 'prefix', value })
const inside = (value: string): OpaqueTest => ({ kind: 'contains', value })

describe('header values', () => {
  it.each([
    [prefix('abc'), prefix('ab'), 'must'],
    [prefix('ab'), prefix('abc'), 'may'],
    [prefix('ab'), prefix('cd'), 'cannot'],
    [prefix('abc'), inside('bc'), 'must'],
    [prefix('abc'), inside('x'), 'may'],
    [inside('abc'), inside('b'), 'must'],
    [inside('abc'), prefix('a'), 'may'],
  ] as const)('%o, then %o: %s', (a, b, expected) => expect(consequence(a, b)).toBe(expected))

  it.each([
    [[], { named: ['x'], opaque: [prefix('a')] }],
    [[prefix('a'), inside('z')], { named: ['az'], opaque: [prefix('a'), inside('z'), inside('y')] }],
    [[prefix('ab'), prefix('a')], { named: ['ab'], opaque: [prefix('ab'), prefix('a'), prefix('abx')] }],
  ])('has an example for %o', (passed, header) => {
    const value = exampleValue(passed, header)
    expect(header.named).not.toContain(value)
    for (const test of header.opaque)
      expect(passes(value, test)).toBe(passed.some((other) => isSame(other, test)))
  })

  const header = (test: HeaderTest): Predicate => ({ kind: 'header', name: 'x', test })
  const not = (of: Predicate): Predicate => ({ kind: 'not', of })
  const all = (...of: Predicate[]): Predicate => ({ kind: 'all', of })
  it.each([
    [
      'a value that is none of those named',
      all(header({ kind: 'present' }), not(header({ kind: 'equals', anyOf: ['a'] }))),
      true,
    ],
    [
      'one value and another',
      all(header({ kind: 'equals', anyOf: ['a'] }), header({ kind: 'equals', anyOf: ['b'] })),
      false,
    ],
    [
      'a value, but no header',
      all(header({ kind: 'equals', anyOf: ['a'] }), not(header({ kind: 'present' }))),
      false,
    ],
    ['a value and its beginning', all(header({ kind: 'equals', anyOf: ['ab'] }), header(prefix('a'))), true],
    [
      'a value and another beginning',
      all(header({ kind: 'equals', anyOf: ['ab'] }), header(prefix('b'))),
      false,
    ],
    ['a long beginning without the short one', all(header(prefix('abc')), not(header(prefix('a')))), false],
    ['two beginnings', all(header(prefix('abc')), header(prefix('b'))), false],
    ['a beginning that lacks what is in it', all(header(prefix('abc')), not(header(inside('bc')))), false],
    ['a beginning and something in it', all(header(prefix('abc')), header(inside('z'))), true],
  ])('judges %s', (_, when, isPossible) => {
    const table = makeTable({
      rulesets: { main: [makeRule({ when }), makeRule()] },
      models: { ...makeTable().models, auto: { kind: 'ruled', rules: 'main' } },
      names: { auto: 'auto' },
    })
    expect(tableFlow(table).atRule({ ruleset: 'main', index: 0 }).kind).toBe(isPossible ? 'found' : 'none')
  })
})
