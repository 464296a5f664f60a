import { describe, expect, it } from 'vitest'
import { resolveDocuments } from './resolve-documents.ts'

const PROXY = { kind: 'litellm', url: 'http://proxy', models: { '*': { id: '*' }, one: { id: '1' } } }

async function codesOf(name: string, model: Record<string, unknown>): Promise<string[]> {
  return (await resolveDocuments({ backends: { proxy: PROXY }, models: { [name]: model } })).codes
}

describe('resolveModels', () => {
  it('shares a pool by turns unless it says otherwise', async () => {
    const { policy } = await resolveDocuments({
      models: {
        even: { targets: ['gpu/small', 'gpu/large'] },
        uneven: {
          targets: [
            { target: 'gpu/small', weight: 3 },
            { target: 'gpu/large', weight: 1 },
          ],
          balance: 'weighted',
          surfaces: ['embeddings', 'chat', 'chat'],
        },
      },
    })
    expect(policy.models.get('even')).toMatchObject({
      balance: 'round-robin',
      targets: [{ weight: 1 }, { weight: 1 }],
      surfaces: null,
    })
    expect(policy.models.get('uneven')).toMatchObject({
      balance: 'weighted',
      targets: [{ weight: 3 }, { weight: 1 }],
      surfaces: ['chat', 'embeddings'],
    })
  })

  const rows: [name: string, model: string, config: Record<string, unknown>, codes: string[]][] = [
    ['what a wildcard passes on', 'x/*', { targets: ['proxy/*', 'proxy/one'] }, []],
    ['a wildcard that names one model', 'x/*', { targets: ['proxy/one'] }, []],
    [
      'a wildcard with rules of its own that are not there',
      'x/*',
      { rules: 'main' },
      ['resolve/unknown-name'],
    ],
    ['nothing to pass on', 'plain', { targets: ['proxy/*'] }, ['resolve/wildcard']],
    [
      'a backend that takes only what it declares',
      'x/*',
      { targets: ['gpu/*'] },
      ['resolve/unknown-backend-model'],
    ],
    ['a weight too many', 'm', { targets: [{ target: 'proxy/one', weight: 1 }] }, ['resolve/weights']],
    ['a weight too few', 'm', { targets: ['proxy/one'], balance: 'weighted' }, ['resolve/weights']],
    ['a backend that is not there', 'm', { targets: ['prox/one'] }, ['resolve/unknown-backend']],
  ]
  it.each(rows)('%s', async (_, name, config, codes) => expect(await codesOf(name, config)).toEqual(codes))
})
