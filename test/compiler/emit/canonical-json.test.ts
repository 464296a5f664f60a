import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../compiler/emit/canonical-json.ts'

describe('canonicalJson', () => {
  it('sorts keys at every depth and keeps the order of lists', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 1], a: null, Z: 'x' })).toBe(
      '{"Z":"x","a":null,"b":[{"c":2,"d":1},1]}',
    )
  })

  const bad = [
    { name: 'undefined', value: { a: undefined } },
    { name: 'NaN', value: [Number.NaN] },
    { name: 'infinity', value: { a: { b: Number.POSITIVE_INFINITY } } },
    { name: 'minus zero', value: -0 },
    { name: 'a function', value: { a: () => 1 } },
    { name: 'a date', value: { a: new Date(0) } },
    { name: 'a map', value: new Map() },
    { name: 'a bigint', value: 1n },
    { name: 'a key __proto__', value: JSON.parse('{"a":{"__proto__":{"b":1}}}') as unknown },
  ]
  it.each(bad)('refuses $name', ({ value }) => expect(() => canonicalJson(value)).toThrow(TypeError))
})
