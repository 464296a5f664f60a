import { describe, expect, it } from 'vitest'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'

describe('readHead', () => {
  it.each([
    ['Host', 'host'],
    ['Authorization', 'authorization'],
    ['Origin', 'origin'],
    ['X-Correlation-ID', 'correlationId'],
    ['Content-Type', 'contentType'],
    ['Content-Length', 'contentLength'],
    ['Content-Encoding', 'contentEncoding'],
    ['Transfer-Encoding', 'transferEncoding'],
  ] as const)('reads %s as %s, and nothing else', (name, field) => {
    const { count, bytes, ...fields } = readHead(new Headers({ [name]: 'v', other: 'x' }))
    expect({ count, bytes }).toEqual({ count: 2, bytes: name.length + 1 + 4 + 'other'.length + 1 + 4 })
    expect(Object.entries(fields).filter(([, value]) => value !== null)).toEqual([[field, 'v']])
  })
})
