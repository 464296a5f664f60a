import { describe, expect, it } from 'vitest'
import { decide, lookup, mayUse } from '../../../src/table/decide.ts'
import { makeTable } from '../make-snapshot.ts'

const table = makeTable({
  clients: {
    all: { keys: [], models: null },
    some: { keys: [], models: ['fast'] },
    alias: { keys: [], models: ['gpt-4'] },
    none: { keys: [], models: [] },
  },
})

const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

describe('mayUse', () => {
  it.each([
    ['all', 'fast', true],
    ['all', 'gpt-4', true],
    ['some', 'fast', true],
    ['some', 'gpt-4', true], // a grant for a model holds for its aliases
    ['some', 'safe', false],
    ['alias', 'gpt-4', true],
    ['alias', 'fast', false], // and not the other way round
    ['none', 'fast', false],
    ['stranger', 'fast', false],
    ['__proto__', 'fast', false],
    ['some', '__proto__', false],
  ])('%s asks for %s: %s', (client, name, allowed) => {
    expect(mayUse(table, client, name)).toBe(allowed)
  })
})

describe('decide', () => {
  const ask = (client: string, model: string): unknown =>
    decide({ client, surface: 'chat', model, stream: false }, table)

  it.each(['fast', 'gpt-4'])('routes %s to its targets', (name) => {
    expect(ask('all', name)).toEqual({
      kind: 'route',
      model: 'fast',
      targets: [{ backend: 'gpu', model: 'coder', id: 'qwen3-coder' }],
    })
  })

  it('keeps the order of the targets', () => {
    expect(ask('all', 'safe')).toMatchObject({ targets: [{ backend: 'gpu' }, { backend: 'spare' }] })
  })

  it.each([...INHERITED, 'fas', 'FAST', ''])('knows no model `%s`', (name) => {
    expect(ask('all', name)).toEqual({ kind: 'refuse', reason: 'unknown-model' })
  })

  it('refuses a model the client was not given', () => {
    expect(ask('some', 'safe')).toEqual({ kind: 'refuse', reason: 'model-not-allowed' })
    expect(ask('stranger', 'safe')).toEqual({ kind: 'refuse', reason: 'model-not-allowed' })
  })

  it('treats a name whose model is missing as unknown', () => {
    const broken = makeTable({ names: { lost: 'gone' } })
    expect(decide({ client: 'crew', surface: 'chat', model: 'lost', stream: true }, broken)).toEqual({
      kind: 'refuse',
      reason: 'unknown-model',
    })
  })
})

it.each(INHERITED)('lookup finds no inherited %s', (name) => {
  expect(lookup({ a: 1 }, name)).toBeUndefined()
  expect(lookup(JSON.parse(`{"${name}":1}`) as Record<string, number>, name)).toBe(1)
})
