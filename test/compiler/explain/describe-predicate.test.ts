import { describe, expect, it } from 'vitest'
import { describeFailure, describePredicate } from '../../../compiler/explain/describe-predicate.ts'
import type { Facts } from '../../../src/table/facts.ts'
import type { Predicate } from '../../../src/table/predicate.ts'
import type { TextTest } from '../../../src/table/route-table.ts'
import { makeFacts } from '../../src/make-facts.ts'

const TEXTS: TextTest[] = [
  { in: 'user', test: { kind: 'contains', anyOf: ['#big', '#large'] }, caseSensitive: false },
  {
    in: 'system',
    test: { kind: 'matches', source: 'agent-\\d+', flags: 'iu', literals: null },
    caseSensitive: true,
  },
]

interface Row {
  predicate: Predicate
  says: string
  fails: string
  facts?: Partial<Facts>
}

const range = (atLeast: number, below: number | null): Predicate => ({
  kind: 'range',
  fact: 'tokens',
  atLeast,
  below,
})
const tools: Predicate = { kind: 'flag', fact: 'tools', is: true }
const label: Predicate = { kind: 'label', names: ['private'] }

const ROWS: Row[] = [
  {
    predicate: { kind: 'model', names: ['big'], prefixes: ['gpt-'] },
    says: 'model big or gpt-*',
    fails: 'model is fast, wanted big or gpt-*',
  },
  {
    predicate: { kind: 'client', names: ['a', 'b', 'c'] },
    says: 'client a, b or c',
    fails: 'client is crew, wanted a, b or c',
  },
  {
    predicate: { kind: 'tag', names: ['batch'] },
    says: 'tag batch',
    fails: 'tags are night, wanted batch',
  },
  { predicate: label, says: 'label private', fails: 'labels are none, wanted private' },
  {
    predicate: { kind: 'surface', names: ['embeddings'] },
    says: 'surface embeddings',
    fails: 'surface is chat, wanted embeddings',
  },
  {
    predicate: { kind: 'complexity', names: ['medium', 'complex'] },
    says: 'complexity medium or complex',
    fails: 'complexity is simple, wanted medium or complex',
  },
  {
    predicate: { kind: 'header', name: 'x-a', test: { kind: 'equals', anyOf: ['1', '2'] } },
    says: 'header x-a = "1" or "2"',
    fails: 'header x-a is "0", wanted = "1" or "2"',
    facts: { headers: { 'x-a': '0' } },
  },
  {
    predicate: { kind: 'header', name: 'x-a', test: { kind: 'present' } },
    says: 'header x-a there',
    fails: 'header x-a is not there, wanted there',
  },
  {
    predicate: { kind: 'header', name: 'x-a', test: { kind: 'prefix', value: 'b' } },
    says: 'header x-a beginning with "b"',
    fails: 'header x-a is not there, wanted beginning with "b"',
  },
  {
    predicate: { kind: 'header', name: 'x-a', test: { kind: 'contains', value: 'b' } },
    says: 'header x-a containing "b"',
    fails: 'header x-a is not there, wanted containing "b"',
  },
  {
    predicate: { kind: 'text', index: 0 },
    says: 'last user turn contains "#big" or "#large"',
    fails: 'last user turn does not contain "#big" or "#large"',
  },
  {
    predicate: { kind: 'text', index: 1 },
    says: 'system prompt matches /agent-\\d+/i',
    fails: 'system prompt does not match /agent-\\d+/i',
  },
  { predicate: range(0, 5), says: 'tokens below 5', fails: 'tokens 10, wanted below 5' },
  { predicate: range(20, null), says: 'tokens 20 and up', fails: 'tokens 10, wanted 20 and up' },
  { predicate: range(20, 30), says: 'tokens 20 to 29', fails: 'tokens 10, wanted 20 to 29' },
  {
    predicate: { kind: 'range', fact: 'maxTokens', atLeast: 1, below: null },
    says: 'max_tokens 1 and up',
    fails: 'max_tokens not given',
  },
  { predicate: tools, says: 'tools', fails: 'no tools' },
  {
    predicate: { kind: 'flag', fact: 'injection', is: false },
    says: 'injection not flagged',
    fails: 'injection flagged',
    facts: { injection: true },
  },
  {
    predicate: { kind: 'healthy', backend: 'gpu' },
    says: 'backend gpu up',
    fails: 'backend gpu down',
    facts: { unhealthy: ['gpu'] },
  },
  { predicate: { kind: 'mode', name: 'gaming' }, says: 'mode gaming on', fails: 'mode gaming off' },
  {
    predicate: { kind: 'time', windows: [{ start: 7110, end: 7560 }] },
    says: 'time fri 22:30 to sat 06:00',
    fails: 'time is mon 00:00, wanted fri 22:30 to sat 06:00',
  },
  {
    predicate: { kind: 'any', of: [tools, label] },
    says: 'tools or label private',
    fails: 'none of: tools; label private',
  },
  {
    predicate: { kind: 'all', of: [tools, { kind: 'any', of: [label, range(20, null)] }] },
    says: 'tools and (label private or tokens 20 and up)',
    fails: 'not all of: tools and (label private or tokens 20 and up)',
  },
  {
    predicate: { kind: 'not', of: { kind: 'client', names: ['crew'] } },
    says: 'not (client crew)',
    fails: 'client crew, which it excludes',
  },
]

describe('a predicate in words', () => {
  const marks = { tags: ['night'], labels: [] }

  it.each(ROWS)('$says', ({ predicate, says, fails, facts }) => {
    expect(describePredicate(predicate, TEXTS)).toBe(says)
    expect(describeFailure(predicate, { facts: makeFacts(facts), marks, texts: TEXTS })).toBe(fails)
  })

  it('has a row for every kind', () => {
    const kinds = [...new Set(ROWS.map(({ predicate }) => predicate.kind))].toSorted()
    expect(kinds.join(' ')).toBe(
      'all any client complexity flag header healthy label mode model not range surface tag text time',
    )
  })
})
