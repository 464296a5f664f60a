import { describe, expect, it } from 'vitest'
import {
  type AbstractRequest,
  createToFacts,
  patternKey,
  PLAIN,
  textKey,
} from '../../../compiler/diff/abstract-request.ts'
import type { Facts } from '../../../src/table/facts.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { ALL_NEEDS, makeInjection, makeLabel, makePattern, makePrivacy } from '../../src/make-policy.ts'
import { makeClient, makeTable } from '../../src/make-snapshot.ts'

const NEAR = makePattern({ id: 'near', source: 'a', flags: 'u', label: 'secret' })
const FAR = makePattern({ id: 'far', source: 'b', flags: 'u', label: 'soft' })
const TEXT: RouteTable['texts'][number] = {
  in: 'user',
  test: { kind: 'contains', anyOf: ['x'] },
  caseSensitive: false,
}
const { classify } = makeTable()
const complexity = { ...classify.complexity, code: ['def'], reasoning: ['prove'] }
const table = makeTable({
  needs: { ...ALL_NEEDS, headers: ['x-a'] },
  labels: {
    private: makeLabel({ mayReach: 1 }),
    secret: makeLabel({ mayReach: 2 }),
    soft: makeLabel({ mayReach: 0 }),
    tied: makeLabel(),
  },
  texts: [TEXT],
  classify: {
    ...classify,
    complexity,
    privacy: makePrivacy({ detectors: ['secrets'], patterns: [NEAR, FAR], surfaces: ['chat'] }),
    injection: makeInjection(),
  },
  clients: { crew: makeClient(), tied: makeClient({ labels: ['tied'] }) },
})

function facts(fields: Partial<AbstractRequest>, of: RouteTable = table): Facts {
  return createToFacts(of)({ ...PLAIN, client: 'crew', model: 'fast', ...fields })
}

describe('an abstract request, to a table', () => {
  it.each<{ name: string; request: Partial<AbstractRequest>; labels: Facts['labels'] }>([
    { name: 'nothing', request: {}, labels: {} },
    { name: 'a detector', request: { finds: ['secrets'] }, labels: { private: ['secrets'] } },
    { name: 'a detector that this table has not', request: { finds: ['pii'] }, labels: {} },
    { name: 'a pattern', request: { finds: [patternKey(FAR)] }, labels: { soft: ['far'] } },
    { name: 'a pattern of another table', request: { finds: ['far: /c/u'] }, labels: {} },
    {
      name: 'what was not scanned, by labels that bind more',
      request: { finds: ['unscanned'] },
      labels: { private: ['unscanned'], secret: ['unscanned'] },
    },
    { name: 'images', request: { images: true }, labels: { private: ['images'], secret: ['images'] } },
    {
      name: 'detectors that failed',
      request: { finds: ['failed'] },
      labels: { private: ['failed'], secret: ['failed'], soft: ['failed'] },
    },
    {
      name: 'a surface that is not guarded',
      request: { surface: 'embeddings', finds: ['secrets'] },
      labels: {},
    },
    {
      name: 'a client of its own label',
      request: { client: 'tied', finds: ['secrets'] },
      labels: { private: ['secrets'], tied: ['client'] },
    },
  ])('carries labels by $name', ({ request, labels }) => {
    expect(facts(request).labels).toEqual(labels)
  })

  it.each<{ request: Partial<AbstractRequest>; is: Facts['complexity'] }>([
    { request: {}, is: 'simple' },
    { request: { tokens: 257 }, is: 'medium' },
    { request: { tokens: 1025 }, is: 'complex' },
    { request: { words: ['def'] }, is: 'medium' },
    { request: { words: ['def', 'prove'] }, is: 'complex' },
    { request: { words: ['other'] }, is: 'simple' },
    { request: { classifier: 'complex' }, is: 'simple' },
  ])('$request is $is', ({ request, is }) => {
    expect(facts(request).complexity).toBe(is)
  })

  it('takes the word of a classifier model where there is one', () => {
    const classifier = { model: 'fast', timeoutMs: 1 }
    const asking = { ...table, classify: { ...classify, complexity: { ...complexity, classifier } } }
    expect(facts({ classifier: 'complex' }, asking).complexity).toBe('complex')
    expect(facts({ tokens: 257 }, asking).complexity).toBe('medium')
  })

  it('has its texts by content, and the headers that are asked for', () => {
    const found = facts({ texts: [textKey({ ...TEXT })], headers: { 'x-a': '1', 'x-b': '2' } })
    expect(found).toMatchObject({ texts: [true], headers: { 'x-a': '1' } })
    expect(facts({ texts: [textKey({ ...TEXT, in: 'system' })] }).texts).toEqual([false])
  })

  it('asks for the same pattern, whatever literals were found in it', () => {
    const keyWith = (literals: string[] | null): string =>
      textKey({ ...TEXT, test: { kind: 'matches', source: 'abc', flags: 'u', literals } })
    expect(keyWith(['abc'])).toBe(keyWith(null))
  })

  it('has no facts that the table has no need of', () => {
    const needless = makeTable()
    expect(
      facts({ tokens: 5000, systemLength: 9, minuteOfWeek: 5, injection: true }, needless),
    ).toMatchObject({
      tokens: 0,
      systemLength: 0,
      minuteOfWeek: 0,
      injection: false,
      complexity: 'simple',
    })
  })

  it('is its client where it names no user', () => {
    expect(facts({}).user).toBe('crew')
    expect(facts({ user: 'u' }).user).toBe('u')
  })
})
