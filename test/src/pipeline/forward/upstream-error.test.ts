import { describe, expect, it } from 'vitest'
import { fromErrorEvent, fromStatus } from '../../../../src/pipeline/forward/upstream-error.ts'

function failure(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): ReturnType<typeof fromStatus> {
  return fromStatus('gpu', new Response(null, { status, headers }), body)
}

describe('fromStatus', () => {
  it.each([
    { status: 401, code: 'upstream_auth_failed', shown: 502, retryable: true },
    { status: 403, code: 'upstream_auth_failed', shown: 502, retryable: true },
    { status: 407, code: 'upstream_auth_failed', shown: 502, retryable: true },
    { status: 404, code: 'upstream_error', shown: 502, retryable: true },
    { status: 405, code: 'upstream_error', shown: 502, retryable: true },
    { status: 500, code: 'upstream_error', shown: 502, retryable: true },
    { status: 502, code: 'upstream_error', shown: 502, retryable: true },
    { status: 503, code: 'upstream_error', shown: 503, retryable: true },
    { status: 504, code: 'upstream_timeout', shown: 504, retryable: true },
    { status: 302, code: 'upstream_error', shown: 502, retryable: true },
    { status: 400, code: 'upstream_error', shown: 400, retryable: false },
    { status: 413, code: 'upstream_error', shown: 413, retryable: false },
    { status: 422, code: 'upstream_error', shown: 422, retryable: false },
    { status: 408, code: 'upstream_error', shown: 408, retryable: true },
    { status: 429, code: 'upstream_error', shown: 429, retryable: true },
  ])('$status becomes $shown $code', ({ status, code, shown, retryable }) => {
    const { error, ...rest } = failure(status, '')
    expect(rest.retryable).toBe(retryable)
    expect(error).toMatchObject({ code, status: shown })
  })

  it.each([
    {
      name: 'OpenAI',
      body: '{"error":{"message":"bad","type":"t","param":"p","code":"c"}}',
      error: { message: 'bad', type: 't', param: 'p', code: 'c' },
    },
    {
      name: 'vLLM with an integer code',
      body: '{"error":{"message":"bad","type":"BadRequestError","param":null,"code":400}}',
      error: { message: 'bad', type: 'BadRequestError', param: null, code: '400' },
    },
    {
      name: 'LiteLLM with its None',
      body: '{"error":{"message":"bad","type":"None","param":"None","code":"400"}}',
      error: { message: 'bad', type: 'invalid_request_error', param: null, code: '400' },
    },
    { name: 'mlx', body: '{"error":"bad"}', error: { message: 'bad' } },
    { name: 'FastAPI', body: '{"detail":"bad"}', error: { message: 'bad' } },
    {
      name: 'FastAPI with a list',
      body: '{"detail":[{"loc":["a"]}]}',
      error: { message: '[{"loc":["a"]}]' },
    },
    { name: 'a bare message', body: '{"message":"bad"}', error: { message: 'bad' } },
    { name: 'HTML', body: '<h1>bad</h1>', error: { message: 'The backend answered 400.' } },
    { name: 'an array', body: '["bad"]', error: { message: 'The backend answered 400.' } },
    { name: 'nothing', body: '', error: { message: 'The backend answered 400.' } },
    {
      name: 'an empty message',
      body: '{"error":{"message":""}}',
      error: { message: 'The backend answered 400.' },
    },
    {
      name: 'objects where text belongs',
      body: '{"error":{"message":{},"code":[]}}',
      error: { message: 'The backend answered 400.' },
    },
  ])('passes on what $name says of a bad request', ({ body, error }) => {
    expect(failure(400, body).error.toBody()).toEqual({
      error: { type: 'invalid_request_error', param: null, code: null, ...error },
    })
  })

  it('keeps only the message of a failure that is not the request’s', () => {
    expect(failure(500, '{"error":{"message":"out of memory","code":"oom"}}').error.toBody().error).toEqual({
      message: 'Backend `gpu` answered 500: out of memory',
      type: 'upstream_error',
      param: null,
      code: 'upstream_error',
    })
  })

  it.each([
    ['call to https://10.0.0.9:4000/v1?key=AIzaSyFAKE failed', 'call to [address] failed'],
    ['no deployment for sk-abcdef123456', 'no deployment for [key]'],
    ['x'.repeat(1000), 'x'.repeat(300)],
  ])('says of %j what is harmless', (message, said) => {
    const body = JSON.stringify({ error: { message } })
    const { error } = fromStatus('gpu', new Response(null, { status: 500 }), body)
    expect(error.message).toBe(`Backend \`gpu\` answered 500: ${said}`)
  })

  it('does not repeat what a backend says of the gateway’s key', () => {
    expect(failure(401, '{"error":{"message":"Incorrect API key sk-backend"}}').error.message).toBe(
      "Backend `gpu` refused the gateway's own key (401).",
    )
  })

  it('knows the answer of a LiteLLM without a database to a key that it does not know', () => {
    const body =
      '{"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}'
    const { error, retryable } = failure(400, body)
    expect({ code: error.code, status: error.status, retryable }).toEqual({
      code: 'upstream_auth_failed',
      status: 502,
      retryable: true,
    })
  })

  it('tells it from one whose database is down', () => {
    const body = '{"error":{"message":"DB not connected","type":"no_db_connection","code":"503"}}'
    const { error, retryable } = failure(503, body)
    expect([error.code, error.status, retryable]).toEqual(['upstream_error', 503, true])
  })

  it.each([429, 503])('hands retry-after of a %i on, and no other header', async (status) => {
    const { error } = failure(status, '', { 'retry-after': '7', 'set-cookie': 'a=b', server: 'x' })
    const response = error.toResponse()
    expect([...response.headers.keys()].sort()).toEqual(['cache-control', 'content-type', 'retry-after'])
    expect(response.headers.get('retry-after')).toBe('7')
  })
})

it.each([
  { event: { message: 'busy' }, message: 'Backend `gpu` failed: busy' },
  { event: { code: 1 }, message: 'Backend `gpu` failed' },
])('an error event says `$message`', ({ event, message }) => {
  const { error, retryable } = fromErrorEvent('gpu', event)
  expect(error).toMatchObject({ code: 'upstream_error', status: 502, message })
  expect(retryable).toBe(true)
})
