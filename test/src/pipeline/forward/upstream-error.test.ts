import { describe, expect, it } from 'vitest'
import { fromErrorEvent, fromStatus } from '../../../../src/pipeline/forward/upstream-error.ts'

function failure(
  status: number,
  body: string,
  headers: Record<string, string> = {},
): ReturnType<typeof fromStatus> {
  return fromStatus('gpu', { response: new Response(null, { status, headers }), body })
}

describe('fromStatus', () => {
  it.each([
    { status: 401, code: 'upstream_auth_failed', shown: 502, cause: 'auth' },
    { status: 403, code: 'upstream_auth_failed', shown: 502, cause: 'auth' },
    { status: 407, code: 'upstream_auth_failed', shown: 502, cause: 'auth' },
    { status: 404, code: 'upstream_error', shown: 502, cause: 'error' },
    { status: 405, code: 'upstream_error', shown: 502, cause: 'error' },
    { status: 500, code: 'upstream_error', shown: 502, cause: 'error' },
    { status: 502, code: 'upstream_error', shown: 502, cause: 'error' },
    { status: 503, code: 'upstream_error', shown: 503, cause: 'error' },
    { status: 504, code: 'upstream_timeout', shown: 504, cause: 'timeout' },
    { status: 529, code: 'upstream_error', shown: 529, cause: 'error' },
    { status: 302, code: 'upstream_error', shown: 502, cause: 'error' },
    { status: 400, code: 'upstream_error', shown: 400, cause: null },
    { status: 413, code: 'upstream_error', shown: 413, cause: 'context' },
    { status: 422, code: 'upstream_error', shown: 422, cause: null },
    { status: 408, code: 'upstream_error', shown: 408, cause: 'timeout' },
    { status: 429, code: 'upstream_error', shown: 429, cause: 'rate-limit' },
  ])('$status becomes $shown $code, $cause', ({ status, code, shown, cause }) => {
    const failed = failure(status, '')
    expect(failed.cause).toBe(cause)
    expect(failed.error).toMatchObject({ code, status: shown })
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
      name: 'Anthropic',
      body: '{"type":"error","error":{"type":"invalid_request_error","message":"bad"},"request_id":"r"}',
      error: { message: 'bad', type: 'invalid_request_error', param: null, code: null },
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
    const { error } = failure(500, body)
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
    const { error, cause } = failure(400, body)
    expect([error.code, error.status, cause]).toEqual(['upstream_auth_failed', 502, 'auth'])
  })

  it('tells it from one whose database is down', () => {
    const body = '{"error":{"message":"DB not connected","type":"no_db_connection","code":"503"}}'
    const { error, cause } = failure(503, body)
    expect([error.code, error.status, cause]).toEqual(['upstream_error', 503, 'error'])
  })

  it.each([
    [{ 'retry-after': '1.2' }, '2'],
    [
      { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() },
      expect.stringMatching(/^3(?:600|599)$/),
    ],
    [{ 'retry-after': new Date(0).toUTCString() }, '0'],
    [{ 'retry-after-ms': '1500', 'retry-after': '99' }, '2'],
    [{ 'retry-after': '999999999999' }, '86400'],
    [{ 'retry-after': 'soon\u00fc' }, null],
    [{ 'retry-after': '-1' }, null],
    [{}, null],
  ])('tells the client to wait in whole seconds, a day at most: %j', (headers, told) => {
    expect(failure(429, '', headers).error.toResponse({}).headers.get('retry-after')).toEqual(told)
    expect(failure(503, '', headers).error.toResponse({}).headers.get('retry-after')).toEqual(told)
  })

  it.each([429, 503])('hands retry-after of a %i on, and no other header', async (status) => {
    const { error } = failure(status, '', { 'retry-after': '7', 'set-cookie': 'a=b', server: 'x' })
    const response = error.toResponse()
    expect([...response.headers.keys()].sort()).toEqual(['cache-control', 'content-type', 'retry-after'])
    expect(response.headers.get('retry-after')).toBe('7')
  })
})

const TOO_LONG = 'This model has a maximum context length of 8192 tokens, your prompt has 9000.'

describe('fromErrorEvent', () => {
  it.each([
    {
      name: 'a failure',
      event: { message: 'busy' },
      says: [502, 'upstream_error', 'Backend `gpu` failed: busy'],
      cause: 'error',
    },
    {
      name: 'nothing',
      event: { code: 1 },
      says: [502, 'upstream_error', 'Backend `gpu` failed'],
      cause: 'error',
    },
    {
      name: 'a status in digits',
      event: { message: 'later', code: '429' },
      says: [429, 'upstream_error', 'Backend `gpu` failed: later'],
      cause: 'rate-limit',
    },
    {
      name: 'too much to do, in Anthropic’s words',
      event: { type: 'overloaded_error', message: 'Overloaded' },
      says: [529, 'upstream_error', 'Backend `gpu` failed: Overloaded'],
      cause: 'error',
    },
    {
      name: 'too many requests, in Anthropic’s words',
      event: { type: 'rate_limit_error', message: 'later' },
      says: [429, 'upstream_error', 'Backend `gpu` failed: later'],
      cause: 'rate-limit',
    },
    {
      name: 'too many requests, in the Responses API’s words',
      event: { code: 'rate_limit_exceeded', message: 'later' },
      says: [429, 'upstream_error', 'Backend `gpu` failed: later'],
      cause: 'rate-limit',
    },
    {
      name: 'a refused key, in Anthropic’s words',
      event: { type: 'authentication_error', message: 'invalid x-api-key' },
      says: [502, 'upstream_auth_failed', "Backend `gpu` refused the gateway's own key (401)."],
      cause: 'auth',
    },
    {
      name: 'a prompt that is too long, in Anthropic’s words',
      event: { type: 'invalid_request_error', message: 'prompt is too long: 9 tokens > 8 maximum' },
      says: [400, 'context_length_exceeded', 'prompt is too long: 9 tokens > 8 maximum'],
      cause: 'context',
    },
    {
      name: 'a bad request',
      event: { message: 'no such tool', code: 400 },
      says: [502, 'upstream_error', 'Backend `gpu` failed: no such tool'],
      cause: 'error',
    },
    {
      name: 'a prompt that is too long',
      event: { message: TOO_LONG, code: 400 },
      says: [400, 'context_length_exceeded', TOO_LONG],
      cause: 'context',
    },
    {
      name: 'a filter',
      event: { message: 'flagged at http://10.0.0.9/x', code: 'content_filter' },
      says: [400, 'content_filter', 'flagged at [address]'],
      cause: 'content-filter',
    },
    {
      name: 'a key, not repeated',
      event: { message: 'bad key sk-backend-key', code: 401 },
      says: [502, 'upstream_auth_failed', "Backend `gpu` refused the gateway's own key (401)."],
      cause: 'auth',
    },
  ])('$name', ({ event, says, cause }) => {
    const failed = fromErrorEvent('gpu', event)
    const { code, message } = failed.error.toBody().error
    expect([failed.error.status, code, message]).toEqual(says)
    expect(failed.cause).toBe(cause)
  })
})

it('keeps how long the backend wants to be left alone', () => {
  expect(failure(429, '', { 'retry-after': '7' }).retryAfterMs).toBe(7000)
  expect(failure(503, '', { 'retry-after-ms': '250' }).retryAfterMs).toBe(250)
  expect(failure(500, '').retryAfterMs).toBeNull()
})

it('says of a context or a filter behind a 500 what a client can act on', () => {
  const { error, cause } = failure(500, JSON.stringify({ error: { message: TOO_LONG } }))
  expect([error.status, error.toBody().error.code, cause]).toEqual([
    400,
    'context_length_exceeded',
    'context',
  ])
})
