import { describe, expect, it } from 'vitest'
import { isImplicit } from '../../../compiler/resolve/is-implicit.ts'
import { resolveDocuments, type Resolved } from './resolve-documents.ts'

/** A policy with one rule that leads to `to`. */
function leadingTo(to: string): Promise<Resolved> {
  return resolveDocuments({
    models: {
      auto: { rules: 'main' },
      'gpu/large': { targets: ['gpu/small'] },
      'openai/*': { targets: ['gpu/small'] },
    },
    policy: {
      timeouts: { total: '5m' },
      aliases: { quick: 'fast', smart: 'auto' },
      rules: { main: [{ id: 'only', to }] },
    },
  })
}

describe('a destination', () => {
  const good: [name: string, to: string, model: string][] = [
    ['a model', 'fast', 'fast'],
    ['an alias', 'quick', 'fast'],
    ['a place', 'gpu/small', 'gpu/small'],
    ['a model that is called like a place', 'gpu/large', 'gpu/large'],
  ]
  it.each(good)('is %s', async (_, to, model) => {
    const { policy, codes } = await leadingTo(to)
    expect(codes).toEqual([])
    const [only] = policy.rulesets.get('main')?.rules ?? []
    expect(only?.rule.action).toEqual({ kind: 'route', to: model, force: false })
    expect(only?.destinations).toEqual([{ model, at: { file: 'policy', path: ['rules', 'main', 0, 'to'] } }])
  })

  const bad: [name: string, to: string, code: string][] = [
    ['a model with rules', 'auto', 'resolve/ruled-destination'],
    ['an alias of a model with rules', 'smart', 'resolve/ruled-destination'],
    ['what only a wildcard stands for', 'openai/gpt', 'resolve/wildcard'],
    ['a place without its model', 'gpu/huge', 'resolve/unknown-backend-model'],
    ['no backend of ours', 'gpo/small', 'resolve/unknown-model'],
    ['no name of ours', 'quack', 'resolve/unknown-model'],
  ]
  it.each(bad)('cannot be %s', async (_, to, code) => {
    expect((await leadingTo(to)).codes).toEqual([code])
  })

  it('that is a place becomes a served model with the timeouts of the policy, and no name', async () => {
    const { policy } = await leadingTo('gpu/small')
    const model = policy.models.get('gpu/small')
    expect(model).toMatchObject({
      kind: 'served',
      targets: [{ backend: 'gpu', model: 'small', id: 's', weight: 1 }],
      fallback: [],
      surfaces: null,
      timeouts: { total: { value: 300_000 } },
    })
    expect(isImplicit('gpu/small', policy)).toBe(true)
    expect(isImplicit('gpu/large', policy)).toBe(false)
    expect(isImplicit('openai/*', policy)).toBe(false)
  })

  it('is followed wherever the language has one', async () => {
    const { policy, codes } = await resolveDocuments({
      policy: {
        labels: { private: { mayReach: 'cloud', onDenied: { reroute: 'gpu/small' } } },
        classify: { complexity: { classifier: { model: 'quick' } } },
        cache: { zone: 'local', ttl: '1h', semantic: { embed: 'gpu/large', threshold: 0.5 } },
        aliases: { quick: 'fast' },
        rules: {
          main: [
            {
              id: 'only',
              split: [
                { to: 'quick', weight: 1 },
                { to: 'gpu/large', weight: 2 },
              ],
            },
          ],
        },
      },
      models: { big: { targets: ['gpu/large'], fallback: ['quick', 'gpu/small'] } },
    })
    expect(codes).toEqual([])
    expect(policy.labels.get('private')?.label.onDenied).toEqual({ kind: 'reroute', to: 'gpu/small' })
    expect(policy.classify.complexity.classifier).toEqual({ model: 'fast', timeoutMs: 2000 })
    expect(policy.sinks.classifier?.model).toBe('fast')
    expect(policy.sinks.cache?.embed?.model).toBe('gpu/large')
    expect(policy.rulesets.get('main')?.rules[0]?.rule.action).toEqual({
      kind: 'split',
      arms: [
        { to: 'fast', weight: 1 },
        { to: 'gpu/large', weight: 2 },
      ],
      force: false,
    })
    const big = policy.models.get('big')
    expect(big?.kind === 'served' && big.fallback).toMatchObject([
      { kind: 'model', model: 'fast' },
      { kind: 'target', target: { backend: 'gpu', model: 'small' } },
    ])
  })
})
