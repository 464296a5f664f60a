import { describe, expect, it } from 'vitest'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'

describe('readHead', () => {
  it.each([
    ['Host', 'host'],
    ['Authorization', 'authorization'],
    ['X-API-Key', 'apiKey'],
    ['Anthropic-Version', 'anthropicVersion'],
    ['Origin', 'origin'],
    ['X-Correlation-ID', 'correlationId'],
    ['Content-Type', 'contentType'],
    ['Content-Length', 'contentLength'],
    ['Content-Encoding', 'contentEncoding'],
    ['Transfer-Encoding', 'transferEncoding'],
  ] as const)('reads %s as %s, and nothing else', (name, field) => {
    const { count, bytes, named, ...fields } = readHead(new Headers({ [name]: 'v', other: 'x' }))
    expect(named).toEqual({})
    expect({ count, bytes }).toEqual({ count: 2, bytes: name.length + 1 + 4 + 'other'.length + 1 + 4 })
    expect(Object.entries(fields).filter(([, value]) => value !== null)).toEqual([[field, 'v']])
  })

  it('reads the fields that rules ask for, its own among them', () => {
    const { named, origin } = readHead(new Headers({ 'X-Force': '1', Origin: 'o', other: 'x' }), [
      'x-force',
      'origin',
    ])
    expect(named).toEqual({ 'x-force': '1', origin: 'o' })
    expect(origin).toBe('o')
  })

  it('is not misled by a field that objects have anyway', () => {
    const wanted = ['__proto__', 'constructor']
    expect(Object.entries(readHead(new Headers({ __proto: 'x' }), wanted).named)).toEqual([])
    const { named } = readHead(new Headers([['__proto__', 'x']]), wanted)
    expect(Object.entries(named)).toEqual([['__proto__', 'x']])
  })
})
