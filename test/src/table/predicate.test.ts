import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/table/facts.ts'
import { failingPath, holds, type Predicate } from '../../../src/table/predicate.ts'
import { makeFacts } from '../make-facts.ts'

const NONE = { tags: [], labels: [] }
const yes: Predicate = { kind: 'flag', fact: 'tools', is: false }
const no: Predicate = { kind: 'flag', fact: 'tools', is: true }
const header = (test: Extract<Predicate, { kind: 'header' }>['test'], name = 'x-team'): Predicate => ({
  kind: 'header',
  name,
  test,
})
const range = (fact: 'tokens' | 'maxTokens', atLeast: number, below: number | null): Predicate => ({
  kind: 'range',
  fact,
  atLeast,
  below,
})

interface Row {
  name: string
  predicate: Predicate
  facts?: Partial<Facts>
  tags?: string[]
  labels?: string[]
  is: boolean
}

const ROWS: readonly Row[] = [
  { name: 'all of none', predicate: { kind: 'all', of: [] }, is: true },
  { name: 'any of none', predicate: { kind: 'any', of: [] }, is: false },
  { name: 'all', predicate: { kind: 'all', of: [yes, no] }, is: false },
  { name: 'any', predicate: { kind: 'any', of: [no, yes] }, is: true },
  { name: 'not', predicate: { kind: 'not', of: no }, is: true },
  { name: 'model by name', predicate: { kind: 'model', names: ['fast'], prefixes: [] }, is: true },
  { name: 'model by prefix', predicate: { kind: 'model', names: [], prefixes: ['fa'] }, is: true },
  { name: 'another model', predicate: { kind: 'model', names: ['fas'], prefixes: ['x'] }, is: false },
  { name: 'client', predicate: { kind: 'client', names: ['ops', 'crew'] }, is: true },
  { name: 'tag', predicate: { kind: 'tag', names: ['a', 'b'] }, tags: ['b'], is: true },
  { name: 'no tag', predicate: { kind: 'tag', names: ['a'] }, tags: ['b'], is: false },
  { name: 'label', predicate: { kind: 'label', names: ['private'] }, labels: ['private'], is: true },
  {
    name: 'a label that a rule took away',
    predicate: { kind: 'label', names: ['private'] },
    facts: { labels: { private: ['pii'] } },
    is: false,
  },
  { name: 'surface', predicate: { kind: 'surface', names: ['embeddings'] }, is: false },
  { name: 'complexity', predicate: { kind: 'complexity', names: ['simple', 'medium'] }, is: true },
  { name: 'a header that is absent', predicate: header({ kind: 'present' }), is: false },
  {
    name: 'a header',
    predicate: header({ kind: 'present' }),
    facts: { headers: { 'x-team': '' } },
    is: true,
  },
  {
    name: 'a header by value',
    predicate: header({ kind: 'equals', anyOf: ['a', 'b'] }),
    facts: { headers: { 'x-team': 'b' } },
    is: true,
  },
  {
    name: 'a header in other case',
    predicate: header({ kind: 'equals', anyOf: ['b'] }),
    facts: { headers: { 'x-team': 'B' } },
    is: false,
  },
  {
    name: 'a header by its beginning',
    predicate: header({ kind: 'prefix', value: 'ab' }),
    facts: { headers: { 'x-team': 'abc' } },
    is: true,
  },
  {
    name: 'a header by a part',
    predicate: header({ kind: 'contains', value: 'bc' }),
    facts: { headers: { 'x-team': 'abcd' } },
    is: true,
  },
  // Without an own-property lookup, Object.prototype's members would count as headers.
  { name: 'a header called constructor', predicate: header({ kind: 'present' }, 'constructor'), is: false },
  { name: 'text', predicate: { kind: 'text', index: 1 }, facts: { texts: [false, true] }, is: true },
  { name: 'text that was not looked for', predicate: { kind: 'text', index: 2 }, is: false },
  { name: 'the lower bound', predicate: range('tokens', 10, 20), facts: { tokens: 10 }, is: true },
  { name: 'the upper bound', predicate: range('tokens', 10, 20), facts: { tokens: 20 }, is: false },
  { name: 'no upper bound', predicate: range('tokens', 10, null), facts: { tokens: 1e9 }, is: true },
  { name: 'no number', predicate: range('maxTokens', 0, null), is: false },
  {
    name: 'healthy',
    predicate: { kind: 'healthy', backend: 'gpu' },
    facts: { unhealthy: ['spare'] },
    is: true,
  },
  { name: 'down', predicate: { kind: 'healthy', backend: 'gpu' }, facts: { unhealthy: ['gpu'] }, is: false },
  { name: 'mode', predicate: { kind: 'mode', name: 'night' }, facts: { modes: ['night'] }, is: true },
  {
    name: 'time, first minute',
    predicate: { kind: 'time', windows: [{ start: 60, end: 120 }] },
    facts: { minuteOfWeek: 60 },
    is: true,
  },
  {
    name: 'time, minute after the last',
    predicate: { kind: 'time', windows: [{ start: 60, end: 120 }] },
    facts: { minuteOfWeek: 120 },
    is: false,
  },
]

it.each(ROWS)('$name: $is', ({ predicate, facts, tags = [], labels = [], is }) => {
  expect(holds(predicate, makeFacts(facts), { tags, labels })).toBe(is)
})

describe('failingPath', () => {
  it.each<{ predicate: Predicate; path: number[] }>([
    { predicate: no, path: [] },
    { predicate: { kind: 'all', of: [yes, no, no] }, path: [1] },
    { predicate: { kind: 'all', of: [yes, { kind: 'all', of: [yes, yes, no] }] }, path: [1, 2] },
    { predicate: { kind: 'all', of: [{ kind: 'any', of: [no, no] }] }, path: [0] },
    { predicate: { kind: 'not', of: yes }, path: [] },
  ])('$path', ({ predicate, path }) => {
    expect(holds(predicate, makeFacts(), NONE)).toBe(false)
    expect(failingPath(predicate, makeFacts(), NONE)).toEqual(path)
  })
})
