import { describe, expect, it } from 'vitest'
import { mayUse } from '../../../src/table/names.ts'
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
