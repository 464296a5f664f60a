import { describe, expect, it } from 'vitest'
import { modelCard, modelList } from '../../../src/protocols/models.ts'
import { errorOf } from '../error-of.ts'
import { makeTable, makeClient } from '../make-snapshot.ts'

const table = makeTable({
  clients: {
    all: makeClient(),
    some: makeClient({ models: ['safe'] }),
    none: makeClient({ models: [] }),
  },
})

describe('models', () => {
  it.each([
    { client: 'all', names: ['fast', 'safe', 'gpt-4'] },
    { client: 'some', names: ['safe'] },
    { client: 'none', names: [] },
    { client: 'stranger', names: [] },
  ])('$client sees $names', ({ client, names }) => {
    const list = modelList(table, client)
    expect(list.object).toBe('list')
    expect(list.data.map((card) => card.id)).toEqual(names)
    for (const card of list.data) expect(modelCard(table, client, card.id)).toEqual(card)
  })

  it('shows a card in the shape of the API', () => {
    expect(modelCard(table, 'all', 'gpt-4')).toEqual({
      id: 'gpt-4',
      object: 'model',
      created: 0,
      owned_by: 'aicc',
    })
  })

  it.each([
    ['some', 'fast'],
    ['some', 'nowhere'],
    ['all', '__proto__'],
  ])('tells %s of no model %s, whether it exists or not', (client, name) => {
    const error = errorOf(() => modelCard(table, client, name))
    expect(error).toMatchObject({
      code: 'model_not_found',
      status: 404,
      message: `The model \`${name}\` does not exist here.`,
    })
  })
})
