import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'

describe('GatewayError', () => {
  it('is an answer in the shape of the API', async () => {
    const error = new GatewayError('invalid_field', 'No.', { param: 'model', headers: { 'x-a': 'b' } })
    const response = error.toResponse()
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-a')).toBe('b')
    expect(await response.json()).toEqual({
      error: { message: 'No.', type: 'invalid_request_error', param: 'model', code: 'invalid_field' },
    })
  })

  it('names no field where none is at fault, and takes another status', () => {
    const error = new GatewayError('upstream_error', 'Busy.', { status: 503 })
    expect(error.toResponse().status).toBe(503)
    expect(error.toBody().error).toEqual({
      message: 'Busy.',
      type: 'upstream_error',
      param: null,
      code: 'upstream_error',
    })
  })

  it.each([
    ['missing_api_key', 401],
    ['invalid_api_key', 403],
    ['unknown_host', 421],
    ['body_too_large', 413],
    ['too_many_failed_keys', 429],
    ['upstream_timeout', 504],
    ['not_ready', 503],
    ['internal_error', 500],
  ] as const)('%s is %i', (code, status) => {
    expect(new GatewayError(code, '').status).toBe(status)
  })
})
