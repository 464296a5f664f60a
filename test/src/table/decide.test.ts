import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/table/decide.ts'
import type { Decision } from '../../../src/table/decision.ts'
import { makeFacts } from '../make-facts.ts'
import { makeClient, makeTable } from '../make-snapshot.ts'

const table = makeTable({
  clients: {
    all: makeClient(),
    some: makeClient({ models: ['fast'] }),
    alias: makeClient({ models: ['gpt-4'] }),
    none: makeClient({ models: [] }),
  },
})

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

describe('decide', () => {
  const ask = (client: string, model: string): Decision => decide(makeFacts({ client, model }), table)

  it.each(['fast', 'gpt-4'])('routes %s to its targets', (name) => {
    expect(ask('all', name)).toMatchObject({
      kind: 'route',
      model: 'fast',
      rule: null,
      pool: [{ target: { backend: 'gpu', model: 'coder', id: 'qwen3-coder' } }],
      fallback: [],
    })
  })

  it('keeps the order of the targets', () => {
    expect(ask('all', 'safe')).toMatchObject({
      pool: [{ target: { backend: 'gpu' } }, { target: { backend: 'spare' } }],
    })
  })

  it.each([...INHERITED, 'fas', 'FAST', ''])('knows no model `%s`', (name) => {
    expect(ask('all', name)).toMatchObject({ kind: 'refuse', reason: 'unknown-model' })
  })

  it('refuses a model the client was not given', () => {
    expect(ask('some', 'safe')).toMatchObject({ kind: 'refuse', reason: 'model-not-allowed' })
    expect(ask('stranger', 'safe')).toMatchObject({ kind: 'refuse', reason: 'model-not-allowed' })
  })

  it('treats a name whose model is missing as unknown', () => {
    const broken = makeTable({ names: { lost: 'gone' } })
    expect(decide(makeFacts({ model: 'lost' }), broken)).toMatchObject({
      kind: 'refuse',
      reason: 'unknown-model',
    })
  })
})
