import { describe, expect, it } from 'vitest'
import { capHeaders } from '../../../../src/pipeline/edge/cap-headers.ts'
import { readHead } from '../../../../src/pipeline/edge/request-head.ts'
import { errorOf } from '../../error-of.ts'

/** `n` headers that cost `2 + 1 + 4` bytes each. */
function headers(n: number): Headers {
  return new Headers(Array.from({ length: n }, (_, i): [string, string] => [`x${i}`, 'v']))
}

describe('capHeaders', () => {
  it.each([
    { name: 'none', n: 0, headerBytes: 0, headerCount: 0, taken: true },
    { name: 'at the count', n: 9, headerBytes: 1000, headerCount: 9, taken: true },
    { name: 'one above the count', n: 9, headerBytes: 1000, headerCount: 8, taken: false },
    { name: 'at the bytes', n: 9, headerBytes: 63, headerCount: 9, taken: true },
    { name: 'one byte above', n: 9, headerBytes: 62, headerCount: 9, taken: false },
  ])('$name', ({ n, headerBytes, headerCount, taken }) => {
    const error = errorOf(() => capHeaders(readHead(headers(n)), { headerBytes, headerCount }))
    if (taken) expect(error).toBeUndefined()
    else expect(error).toMatchObject({ code: 'headers_too_large', status: 431 })
  })

  it('counts the bytes of a field that is sent many times', () => {
    const many = new Headers()
    for (let i = 0; i < 100; i += 1) many.append('x', 'v'.repeat(10))
    const error = errorOf(() => capHeaders(readHead(many), { headerBytes: 1000, headerCount: 5 }))
    expect(error).toMatchObject({ code: 'headers_too_large' })
  })
})
