import { describe, expect, it } from 'vitest'
import type { ResolvedPredicate } from '../../../compiler/resolve/resolved-policy.ts'
import { resolveDocuments, type Resolved } from './resolve-documents.ts'

const FIRST = ['rules', 'main', 0]

function resolveWhen(when: Record<string, unknown>): Promise<Resolved> {
  return resolveDocuments({
    models: { auto: { rules: 'main' }, 'gpt-*': { targets: ['gpu/large'] } },
    modes: { gaming: {} },
    policy: {
      labels: { private: { mayReach: 'cloud' } },
      phrases: { force: { contains: ['#b', '#a', '#b'] }, ask: { matches: '(?i)how' } },
      rules: {
        main: [
          { id: 'first', when, to: 'fast' },
          { id: 'else', to: 'fast' },
        ],
      },
    },
  })
}

async function predicateOf(when: Record<string, unknown>): Promise<ResolvedPredicate> {
  const { policy, codes } = await resolveWhen(when)
  expect(codes).toEqual([])
  const predicate = policy.rulesets.get('main')?.rules[0]?.when
  expect(predicate).toBeTruthy()
  return predicate as ResolvedPredicate
}

describe('resolveCondition', () => {
  const rows: [name: string, when: Record<string, unknown>, predicate: unknown][] = [
    ['one name', { model: 'fast' }, { kind: 'model', names: ['fast'], prefixes: [] }],
    [
      'names and beginnings',
      { model: ['gpt-*', 'fast', 'auto'] },
      { kind: 'model', names: ['auto', 'fast'], prefixes: ['gpt-'] },
    ],
    ['any name at all', { model: '*' }, { kind: 'model', names: [], prefixes: [''] }],
    ['clients', { client: ['home', 'home'] }, { kind: 'client', names: ['home'] }],
    ['tags', { tag: ['b', 'a'] }, { kind: 'tag', names: ['a', 'b'] }],
    ['a label', { label: 'private' }, { kind: 'label', names: ['private'] }],
    [
      'surfaces in one order',
      { surface: ['embeddings', 'chat'] },
      { kind: 'surface', names: ['chat', 'embeddings'] },
    ],
    [
      'a range',
      { tokens: { atLeast: 5, below: 9 } },
      { kind: 'range', fact: 'tokens', atLeast: 5, below: 9 },
    ],
    [
      'an open range',
      { maxTokens: { atLeast: 5 } },
      { kind: 'range', fact: 'maxTokens', atLeast: 5, below: null },
    ],
    [
      'a range from zero',
      { systemLength: { below: 9 } },
      { kind: 'range', fact: 'systemLength', atLeast: 0, below: 9 },
    ],
    ['a flag that is off', { tools: false }, { kind: 'flag', fact: 'tools', is: false }],
    ['a verdict', { injection: 'clean' }, { kind: 'flag', fact: 'injection', is: false }],
    [
      'complexity',
      { complexity: ['simple', 'complex'] },
      { kind: 'complexity', names: ['complex', 'simple'] },
    ],
    ['a mode', { mode: 'gaming' }, { kind: 'mode', name: 'gaming' }],
    ['a backend that is up', { healthy: 'gpu' }, { kind: 'healthy', backend: 'gpu' }],
    [
      'a header by its value',
      { header: { 'X-Tier': 'Gold' } },
      { kind: 'header', name: 'x-tier', test: { kind: 'equals', anyOf: ['Gold'] } },
    ],
    [
      'a header that is there',
      { header: { 'x-a': { present: true } } },
      { kind: 'header', name: 'x-a', test: { kind: 'present' } },
    ],
    [
      'headers in one order, each test for itself',
      { header: { 'x-b': { prefix: 'p', contains: 'c', present: true }, 'x-a': ['2', '1'] } },
      {
        kind: 'all',
        of: [
          { kind: 'header', name: 'x-a', test: { kind: 'equals', anyOf: ['1', '2'] } },
          { kind: 'header', name: 'x-b', test: { kind: 'prefix', value: 'p' } },
          { kind: 'header', name: 'x-b', test: { kind: 'contains', value: 'c' } },
        ],
      },
    ],
    [
      'a window',
      { time: { from: '01:00', to: '02:00', days: ['mon'] } },
      { kind: 'time', windows: [{ start: 60, end: 120 }] },
    ],
    [
      'all that is said, in one order',
      { stream: true, client: 'home' },
      {
        kind: 'all',
        of: [
          { kind: 'client', names: ['home'] },
          { kind: 'flag', fact: 'stream', is: true },
        ],
      },
    ],
    [
      'a list of one is its entry',
      { any: [{ all: [{ tools: true }] }] },
      { kind: 'flag', fact: 'tools', is: true },
    ],
    [
      'nothing of a list',
      { not: { any: [{ tools: true }, { images: true }] } },
      {
        kind: 'not',
        of: {
          kind: 'any',
          of: [
            { kind: 'flag', fact: 'tools', is: true },
            { kind: 'flag', fact: 'images', is: true },
          ],
        },
      },
    ],
    [
      'phrases',
      { prompt: { named: ['force', 'ask'] } },
      {
        kind: 'any',
        of: [
          { kind: 'text', index: 0 },
          { kind: 'text', index: 1 },
        ],
      },
    ],
  ]
  it.each(rows)('%s', async (_, when, predicate) => {
    expect((await predicateOf(when)).predicate).toEqual(predicate)
  })

  it('knows the place of each part', async () => {
    const condition = await predicateOf({
      stream: true,
      all: [{ tools: true }, { not: { label: 'private', header: { 'x-a': '1' } } }],
    })
    const found: unknown[] = []
    const visit = ({ predicate, parts, at }: ResolvedPredicate): void => {
      found.push([predicate.kind, at.path.slice(FIRST.length)])
      // Parts stand in the order of the predicate's own: a path of indices finds the place.
      if (predicate.kind === 'all' || predicate.kind === 'any')
        expect(parts.map((part) => part.predicate)).toEqual(predicate.of)
      if (predicate.kind === 'not') expect(parts.map((part) => part.predicate)).toEqual([predicate.of])
      parts.forEach(visit)
    }
    visit(condition)
    expect(found).toEqual([
      ['all', ['when']],
      ['flag', ['when', 'stream']],
      ['all', ['when', 'all']],
      ['flag', ['when', 'all', 0, 'tools']],
      ['not', ['when', 'all', 1, 'not']],
      ['all', ['when', 'all', 1, 'not']],
      ['header', ['when', 'all', 1, 'not', 'header', 'x-a']],
      ['label', ['when', 'all', 1, 'not', 'label']],
    ])
  })

  it('keeps each text test once, by its content', async () => {
    const { policy } = await resolveWhen({
      any: [
        { prompt: { contains: '#a' } },
        { prompt: { contains: ['#b', '#a'] } },
        { prompt: { named: 'force' } },
        { prompt: { in: 'user', contains: ['#a', '#b'], caseSensitive: false } },
        { prompt: { in: 'system', contains: ['#a', '#b'] } },
        { prompt: { contains: ['#a', '#b'], caseSensitive: true } },
        { prompt: { matches: '(?i)how' } },
        { prompt: { named: 'ask' } },
      ],
    })
    const when = policy.rulesets.get('main')?.rules[0]?.when
    const indices = when?.parts.map(({ predicate }) => (predicate.kind === 'text' ? predicate.index : null))
    expect(indices).toEqual([0, 1, 1, 1, 2, 3, 4, 4])
    expect(policy.texts).toEqual([
      { in: 'user', test: { kind: 'contains', anyOf: ['#a'] }, caseSensitive: false },
      { in: 'user', test: { kind: 'contains', anyOf: ['#a', '#b'] }, caseSensitive: false },
      { in: 'system', test: { kind: 'contains', anyOf: ['#a', '#b'] }, caseSensitive: false },
      { in: 'user', test: { kind: 'contains', anyOf: ['#a', '#b'] }, caseSensitive: true },
      {
        in: 'user',
        test: { kind: 'matches', source: 'how', flags: 'iu', literals: ['how'] },
        caseSensitive: false,
      },
    ])
  })

  const faults: [string, Record<string, unknown>, string][] = [
    ['a name nobody can ask for', { model: 'slow' }, 'resolve/unknown-model'],
    ['a beginning of no name', { model: 'claude-*' }, 'resolve/unknown-model'],
    ['an unknown client', { client: 'guest' }, 'resolve/unknown-name'],
    ['an unknown label', { not: { label: ['private', 'secret'] } }, 'resolve/unknown-name'],
    ['an unknown mode', { mode: 'work' }, 'resolve/unknown-name'],
    ['an unknown phrase', { prompt: { named: 'gone' } }, 'resolve/unknown-name'],
    ['an unknown backend', { healthy: ['gpu', 'lan'] }, 'resolve/unknown-backend'],
    ['an empty range', { maxTokens: { atLeast: 9, below: 9 } }, 'resolve/empty-range'],
  ]
  it.each(faults)('%s', async (_, when, code) => expect((await resolveWhen(when)).codes).toEqual([code]))
})
