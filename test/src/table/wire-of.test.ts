import { describe, expect, it } from 'vitest'
import type { BackendKind, Surface, Wire } from '../../../src/table/route-table.ts'
import { KIND_SURFACES } from '../../../src/table/kind-surfaces.ts'
import { ALL_SURFACES } from '../../../src/table/surfaces.ts'
import { spokenBy, wireOf } from '../../../src/table/wire-of.ts'

describe('wireOf', () => {
  it.each<[speaks: Wire[], surface: Surface, wire: ReturnType<typeof wireOf>]>([
    [['chat', 'messages'], 'messages', 'messages'],
    [['chat'], 'messages', 'chat'],
    [['chat'], 'responses', 'chat'],
    [['messages'], 'chat', 'messages'],
    [['messages'], 'responses', 'messages'],
    [['messages', 'chat'], 'responses', 'chat'],
    [['ollama-chat'], 'chat', 'ollama-chat'],
    [['chat', 'ollama-chat'], 'chat', 'chat'],
    [['ollama-chat', 'messages'], 'chat', 'ollama-chat'],
    [['ollama-chat'], 'messages', 'ollama-chat'],
    [['ollama-chat'], 'responses', 'ollama-chat'],
    [['chat'], 'count-tokens', 'gateway'],
    [['messages', 'count-tokens'], 'count-tokens', 'count-tokens'],
    [['embeddings'], 'count-tokens', null],
    [['chat'], 'embeddings', null],
    [['chat'], 'completions', null],
    [['completions'], 'chat', null],
    [['responses'], 'chat', null],
    [[], 'chat', null],
  ])('%j asked for %s: %s', (speaks, surface, wire) => {
    expect(wireOf(speaks, surface)).toBe(wire)
    expect(wireOf(speaks, surface, 'lossless')).toBe(wire)
  })

  it.each<[speaks: Wire[], surface: Surface, wire: ReturnType<typeof wireOf>]>([
    [['chat'], 'messages', null],
    [['messages'], 'messages', 'messages'],
    [['chat'], 'count-tokens', null],
    [['messages'], 'count-tokens', 'gateway'],
  ])('without translation, %j asked for %s: %s', (speaks, surface, wire) => {
    expect(wireOf(speaks, surface, 'off')).toBe(wire)
  })

  it.each(ALL_SURFACES)('goes to nothing that is not spoken, for %s', (surface) => {
    for (const speaks of Object.values(KIND_SURFACES)) {
      const wire = wireOf(speaks, surface)
      if (wire !== null && wire !== 'gateway') expect(speaks).toContain(wire)
    }
  })
})

describe('spokenBy', () => {
  it('is what the target says, else what its kind does', () => {
    const kind: BackendKind = 'ollama'
    expect(spokenBy({}, { kind })).toBe(KIND_SURFACES.ollama)
    expect(spokenBy({ speaks: ['rerank'] }, { kind })).toEqual(['rerank'])
  })
})
