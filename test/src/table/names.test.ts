import { describe, expect, it } from 'vitest'
import { mayUse, resolveName } from '../../../src/table/names.ts'
import { makeClient, makeTable } from '../make-snapshot.ts'

const table = makeTable({
  clients: {
    all: makeClient(),
    some: makeClient({ models: ['fast'] }),
    alias: makeClient({ models: ['gpt-4'] }),
    none: makeClient({ models: [] }),
  },
})

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

describe('resolveName', () => {
  const wild = makeTable({
    wildcards: [
      { prefix: 'gpt-4', model: 'safe' },
      { prefix: 'gpt-', model: 'fast' },
    ],
    clients: { wild: makeClient({ models: ['gpt-4*'] }), model: makeClient({ models: ['safe'] }) },
  })

  it.each([
    { name: 'fast', found: { model: 'fast', rest: '' } },
    { name: 'gpt-4', found: { model: 'fast', rest: '' } }, // exact names win
    { name: 'gpt-4o', found: { model: 'safe', rest: 'o' } }, // then the longest prefix
    { name: 'gpt-3', found: { model: 'fast', rest: '3' } },
    { name: 'gpt-', found: undefined },
    { name: 'gpt-4 o', found: undefined }, // what the star stands for may become part of a model id
    { name: 'gpt-3\n', found: undefined },
    { name: `gpt-3${'x'.repeat(200)}`, found: undefined },
  ])('$name', ({ name, found }) => {
    expect(resolveName(wild, name)).toEqual(found)
  })

  it.each([
    ['wild', 'gpt-4o', true],
    ['wild', 'gpt-3', false],
    ['model', 'gpt-4o', true],
    ['model', 'gpt-3', false],
  ])('%s may ask for %s: %s', (client, name, allowed) => {
    expect(mayUse(wild, client, name)).toBe(allowed)
  })
})
