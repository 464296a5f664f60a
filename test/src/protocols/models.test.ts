import { describe, expect, it } from 'vitest'
import { ANTHROPIC_MODELS, modelCard, modelList, OPENAI_MODELS } from '../../../src/protocols/models.ts'
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
    const list = modelList(table, client, OPENAI_MODELS)
    expect(list.object).toBe('list')
    expect(list.data.map((card) => card.id)).toEqual(names)
    for (const card of list.data) {
      expect(modelCard(table, { client, name: card.id }, OPENAI_MODELS)).toEqual(card)
    }
  })

  it('shows a card in the shape of the API', () => {
    expect(modelCard(table, { client: 'all', name: 'gpt-4' }, OPENAI_MODELS)).toEqual({
      id: 'gpt-4',
      object: 'model',
      created: 0,
      owned_by: 'aicc',
    })
  })

  it("shows them in Anthropic's shape", () => {
    const card = (id: string): object => ({
      type: 'model',
      id,
      display_name: id,
      created_at: '1970-01-01T00:00:00Z',
      lifecycle: 'active',
      capabilities: null,
      line: null,
      max_input_tokens: null,
      max_tokens: null,
      deprecated_at: null,
      retires_at: null,
    })
    expect(modelList(table, 'all', ANTHROPIC_MODELS)).toEqual({
      data: [card('fast'), card('safe'), card('gpt-4')],
      has_more: false,
      first_id: 'fast',
      last_id: 'gpt-4',
    })
    expect(modelList(table, 'none', ANTHROPIC_MODELS)).toMatchObject({ first_id: null, last_id: null })
    expect(modelCard(table, { client: 'all', name: 'safe' }, ANTHROPIC_MODELS)).toEqual(card('safe'))
  })

  it.each([
    ['some', 'fast'],
    ['some', 'nowhere'],
    ['all', '__proto__'],
  ])('tells %s of no model %s, whether it exists or not', (client, name) => {
    const error = errorOf(() => modelCard(table, { client, name }, OPENAI_MODELS))
    expect(error).toMatchObject({
      code: 'model_not_found',
      status: 404,
      message: `The model \`${name}\` does not exist here.`,
    })
  })
})
