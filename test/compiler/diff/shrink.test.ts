import { describe, expect, it } from 'vitest'
import { type AbstractRequest, PLAIN } from '../../../compiler/diff/abstract-request.ts'
import { shrink, weight } from '../../../compiler/diff/shrink.ts'

const plain: AbstractRequest = { ...PLAIN, client: 'home', model: 'auto' }
const loaded: AbstractRequest = {
  ...plain,
  tokens: 5000,
  tools: true,
  headers: { a: '1', b: '2' },
  modes: ['x', 'y'],
}

describe('a witness', () => {
  it('weighs as much as is remarkable about it', () => {
    expect(weight(plain)).toBe(0)
    expect(weight(loaded)).toBe(6)
  })

  it.each<{ name: string; wanted: (request: AbstractRequest) => boolean; left: Partial<AbstractRequest> }>([
    { name: 'nothing', wanted: () => true, left: {} },
    { name: 'a number', wanted: ({ tokens }) => tokens > 10, left: { tokens: 5000 } },
    {
      name: 'one header and one mode of two',
      wanted: ({ headers, modes }) => headers['b'] === '2' && modes.includes('x'),
      left: { headers: { b: '2' }, modes: ['x'] },
    },
  ])('keeps only what it takes: $name', ({ wanted, left }) => {
    expect(shrink(loaded, wanted)).toEqual({ ...plain, ...left })
  })
})
