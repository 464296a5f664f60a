import { describe, expect, it } from 'vitest'
import { isImplicit } from '../../../compiler/resolve/is-implicit.ts'
import { standsForSomething, wildcardFor } from '../../../compiler/resolve/resolve-names.ts'
import { resolveDocuments } from './resolve-documents.ts'

const ANY = { targets: ['gpu/small'] }

describe('resolveNames', () => {
  it('follows aliases to models, and keeps wildcards by their beginning', async () => {
    const { policy, codes } = await resolveDocuments({
      models: { 'openai/*': ANY, '*': ANY },
      policy: { aliases: { a: 'b', b: 'fast', 'gpt-*': 'a' } },
    })
    expect(codes).toEqual([])
    expect(Object.fromEntries(policy.names)).toEqual({ fast: 'fast', a: 'fast', b: 'fast' })
    expect(Object.fromEntries(policy.wildcards)).toEqual({ 'openai/': 'openai/*', '': '*', 'gpt-': 'fast' })
    expect([...policy.models.keys()].filter((name) => isImplicit(name, policy))).toEqual([])
  })

  const faults: [string, Record<string, string>, string[]][] = [
    ['leads nowhere', { a: 'gone' }, ['resolve/unknown-model']],
    ['leads to what only a wildcard stands for', { a: 'openai/x' }, ['resolve/wildcard']],
    ['is no wildcard for the bare beginning', { a: 'openai/' }, ['resolve/unknown-model']],
    ['leads back to itself', { a: 'b', b: 'a' }, ['resolve/alias-cycle']],
    ['a wildcard leads into a cycle', { a: 'b', b: 'a', 'c*': 'a' }, ['resolve/alias-cycle']],
  ]
  it.each(faults)('an alias %s', async (_, aliases, codes) => {
    const resolved = await resolveDocuments({ models: { 'openai/*': ANY }, policy: { aliases } })
    expect(resolved.codes).toEqual(codes)
  })
})

const WRITTEN = ['fast', 'gpt-4', 'openai/*', 'open*']

describe('wildcardFor', () => {
  const rows: [string, string | undefined][] = [
    ['openai/gpt', 'openai/*'],
    ['openrouter', 'open*'],
    ['openai/', 'open*'],
    ['open', undefined],
    ['fast', undefined],
  ]
  it.each(rows)('%s → %s', (name, wildcard) => expect(wildcardFor(name, WRITTEN)).toBe(wildcard))
})

describe('standsForSomething', () => {
  const rows: [string, boolean][] = [
    ['fast', true],
    ['openai/gpt', true],
    ['openai/*', true],
    ['openai/gpt*', true],
    ['o*', true],
    ['gpt*', true],
    ['*', true],
    ['slow', false],
    ['gpt-5*', false],
    ['gpt', false],
  ]
  it.each(rows)('%s: %s', (pattern, is) => expect(standsForSomething(pattern, WRITTEN)).toBe(is))
})
