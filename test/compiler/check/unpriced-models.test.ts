import { describe, expect, it } from 'vitest'
import { unpricedModels } from '../../../compiler/check/unpriced-models.ts'
import { messagesOf } from './messages-of.ts'

const price = { input: 0, output: 0 }
const backends = {
  paid: {
    kind: 'openai',
    url: 'http://paid',
    zone: 'cloud',
    models: { a: { id: 'a', price }, b: { id: 'b' }, c: { id: 'c' } },
  },
  own: { kind: 'openai', url: 'http://own', zone: 'local', models: { d: { id: 'd', price } } },
}
const models = {
  priced: { targets: ['paid/a'] },
  fallen: { targets: ['paid/a'], fallback: ['paid/b'] },
  further: { targets: ['paid/a'], fallback: ['fallen', 'last'] },
  last: { targets: ['paid/c'] },
  home: { targets: ['own/d'] },
  auto: { rules: 'main' },
  mine: { rules: 'mine' },
}
const unpriced = (name: string): string =>
  `\`paid/${name}\` has no price, and \`team\`, who has a budget, can come to it`

describe('models without a price under a budget', () => {
  const rows: [string, string[], string[]][] = [
    ['a price of nothing is one', ['priced'], []],
    ['a place in a fallback', ['fallen'], [unpriced('b')]],
    ['models in a fallback, each once', ['further', 'fallen'], [unpriced('b'), unpriced('c')]],
    ['where rules lead', ['auto'], [unpriced('c')]],
    ['not where rules lead others', ['mine'], []],
  ]
  it.each(rows)('%s', async (_, granted, expected) => {
    const policy = {
      rules: {
        main: [{ id: 'else', to: 'last' }],
        mine: [
          { id: 'others', when: { client: 'home' }, to: 'last' },
          { id: 'else', to: 'priced' },
        ],
      },
    }
    const team = { keys: [{ env: 'T' }], models: granted, budget: { usd: '1/day' } }
    expect(await messagesOf(unpricedModels, { backends, models, policy, clients: { team } })).toEqual(
      expected,
    )
    const { budget: _budget, ...free } = team
    expect(await messagesOf(unpricedModels, { backends, models, policy, clients: { team: free } })).toEqual(
      [],
    )
  })

  it.each([
    ['a request that a label may deny', 'priced', [unpriced('c')]],
    ['not one that it cannot', 'home', []],
  ])('where a label reroutes %s', async (_, granted, expected) => {
    const policy = {
      labels: { private: { mayReach: 'local', onDenied: { reroute: 'last' } } },
      classify: { privacy: { label: 'private' } },
      rules: { main: [{ id: 'else', to: 'priced' }], mine: [{ id: 'else', to: 'priced' }] },
    }
    const team = { keys: [{ env: 'T' }], models: [granted], budget: { usd: '1/day' } }
    expect(await messagesOf(unpricedModels, { backends, models, policy, clients: { team } })).toEqual(
      expected,
    )
  })
})
