/** Backends that refuse or fail before the answer began: what the client is told, and what is tried next. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  FASTAPI_ERROR,
  LITELLM_ERROR,
  LLAMA_CPP_ERROR,
  MLX_ERROR,
  OLLAMA_ERROR,
  OPENAI_ERROR,
  VLLM_ERROR,
} from '../upstream/error-bodies.ts'
import { DONE, ROLE, chunk, completion, frame, json, text, wholeStream } from '../upstream/reply.ts'
import type { Reply } from '../upstream/reply.ts'
import { askOf, streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'

const pair = { on: ['mock' as const, 'second' as const] }
const options = {
  models: {
    shape: {},
    status: {},
    broken: {},
    well: {},
    pair,
    gone: { on: ['dead' as const] },
    'gone-first': { on: ['dead' as const, 'second' as const] },
    late: { timeouts: { connect: '300ms', firstToken: '400ms', total: '900ms' } },
    'late-pair': { ...pair, timeouts: { connect: '300ms', firstToken: '400ms' } },
  },
}

const HTML = [
  { head: 502, headers: { 'content-type': 'text/html' } },
  { send: '<h1>Bad Gateway</h1>' },
] as const
const isStream = { 'content-type': 'text/event-stream' }

/** Failures before the first content event of a stream: status and code when there is no other target. */
const BEFORE_CONTENT: [string, Reply, number, string][] = [
  ['a refused key', json(401, OPENAI_ERROR), 502, 'upstream_auth_failed'],
  ['a forbidden model', json(403, OPENAI_ERROR), 502, 'upstream_auth_failed'],
  ['an unknown model', json(404, MLX_ERROR), 502, 'upstream_error'],
  ['an internal error', json(500, OLLAMA_ERROR), 502, 'upstream_error'],
  ['an HTML page', HTML, 502, 'upstream_error'],
  ['an overload', json(503, OLLAMA_ERROR), 503, 'upstream_error'],
  ['a time-out of its own', json(504, OLLAMA_ERROR), 504, 'upstream_timeout'],
  ['a cut before the headers', [{ cut: true }], 502, 'upstream_unreachable'],
]
/** The same, when the answer is a stream that began with a 200. */
const IN_STREAM: [string, Reply, number, string][] = [
  [
    'a cut before any event',
    [{ head: 200, headers: isStream }, { at: 30 }, { cut: true }],
    502,
    'upstream_interrupted',
  ],
  ['a cut after the role', [{ send: ROLE }, { at: 30 }, { cut: true }], 502, 'upstream_interrupted'],
  [
    'a cut within the first content',
    [{ send: ROLE + text('abc').slice(0, 20) }, { at: 30 }, { cut: true }],
    502,
    'upstream_interrupted',
  ],
  ['an error in the first event', [{ send: frame(VLLM_ERROR) + DONE }], 502, 'upstream_error'],
  ['an error after the role', [{ send: ROLE + frame(LITELLM_ERROR) }], 502, 'upstream_error'],
  ['an error that is a string', [{ send: frame({ error: 'out of memory' }) }], 502, 'upstream_error'],
  ['a garbled first event', [{ send: 'data: {"choices":[{"del\n\n' }], 502, 'upstream_invalid_answer'],
  ['a first event that is no object', [{ send: frame('hello') }], 502, 'upstream_invalid_answer'],
  ['a stream without events', [{ head: 200, headers: isStream }], 502, 'upstream_invalid_answer'],
  ['JSON in place of a stream', completion('no stream'), 502, 'upstream_invalid_answer'],
  [
    'HTML in place of a stream',
    [{ head: 200, headers: { 'content-type': 'text/html' } }, { send: '<p>' }],
    502,
    'upstream_invalid_answer',
  ],
]

describeRuntimes(options, (bench) => {
  describe('a refusal that the request earned', () => {
    const shapes: [string, unknown, object][] = [
      [
        'OpenAI',
        OPENAI_ERROR,
        { param: 'messages', code: 'context_length_exceeded', type: 'invalid_request_error' },
      ],
      ['vLLM', VLLM_ERROR, { message: 'max_tokens is too large', param: 'max_tokens', code: '400' }],
      ['llama.cpp', LLAMA_CPP_ERROR, { message: 'invalid grammar', param: null, code: '400' }],
      [
        'Ollama',
        OLLAMA_ERROR,
        { message: 'model runner has stopped', param: null, code: null, type: 'api_error' },
      ],
      ['LiteLLM', LITELLM_ERROR, { param: null, code: '400', type: 'invalid_request_error' }],
      ['mlx', MLX_ERROR, { message: 'unsupported parameter', param: null, code: null }],
      ['FastAPI', FASTAPI_ERROR, { message: 'body.messages: field required', code: null }],
    ]
    it.each(shapes)('by %s is passed on in the shape of OpenAI', async (_, body, expected) => {
      for (const request of [askOf('shape'), streamOf('shape')]) {
        bench.upstream.reply('mock/shape', json(400, body))
        const answer = await bench.client.chat(request)
        expect(answer.status).toBe(400)
        expect(answer.error()).toMatchObject(expected)
        expect(Object.keys(answer.error()).sort((a, b) => a.localeCompare(b))).toEqual([
          'code',
          'message',
          'param',
          'type',
        ])
        expect(typeof answer.error().message).toBe('string')
        expect(typeof answer.error().type).toBe('string')
      }
    })

    it.each([400, 402, 409, 413, 415, 422, 429])('keeps its status %i', async (status) => {
      bench.upstream.reply('mock/status', json(status, OPENAI_ERROR, { 'retry-after': '17' }))
      const answer = await bench.client.chat(streamOf('status'))
      expect(answer.status).toBe(status)
      expect(answer.headers['retry-after']).toBe('17')
    })

    it.each([400, 409, 422])('with status %i is tried nowhere else', async (status) => {
      const before = bench.upstream.requestsFor('second/pair').length
      bench.upstream.reply('mock/pair', json(status, VLLM_ERROR))
      expect((await bench.client.chat(streamOf('pair'))).status).toBe(status)
      expect(bench.upstream.requestsFor('second/pair')).toHaveLength(before)
    })
  })

  describe('a failure of the backend', () => {
    it.each(BEFORE_CONTENT)('%s is told, streaming or not', async (_, reply, status, code) => {
      bench.upstream.reply('mock/broken', reply)
      for (const body of [askOf('broken'), streamOf('broken')]) {
        const answer = await bench.client.chat(body)
        expect([answer.status, answer.error().code]).toEqual([status, code])
      }
    })

    it.each(IN_STREAM)(
      '%s is a proper status, since nothing was sent yet',
      async (_, reply, status, code) => {
        bench.upstream.reply('mock/broken', reply)
        const answer = await bench.client.chat(streamOf('broken'))
        expect(answer.headers['content-type']).toMatch(/^application\/json/)
        expect([answer.status, answer.error().code]).toEqual([status, code])
      },
    )

    it('a cut in an answer that is not streamed is an error, never half an answer', async () => {
      const half = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(5000) } }] })
      for (const headers of [{ 'content-length': String(half.length) }, {}]) {
        bench.upstream.reply('mock/broken', [
          { head: 200, headers: { 'content-type': 'application/json', ...headers } },
          { send: half.slice(0, 2000) },
          { at: 50 },
          { cut: true },
        ])
        const answer = await bench.client.chat(askOf('broken'))
        expect([answer.status, answer.error().code]).toEqual([502, 'upstream_interrupted'])
      }
    })

    it('nobody listening is 502, and says which backend', async () => {
      for (const body of [askOf('gone'), streamOf('gone')]) {
        const answer = await bench.client.chat(body)
        expect([answer.status, answer.error().code]).toEqual([502, 'upstream_unreachable'])
        expect(answer.error().message).toContain('dead')
      }
    })

    it('silence is 504, streaming or not', async () => {
      const silences: Reply[] = [
        [{ stall: true }],
        [{ head: 200, headers: { 'content-type': 'text/event-stream' } }, { stall: true }],
        [{ send: ROLE }, { stall: true }],
      ]
      for (const reply of silences) {
        bench.upstream.reply('mock/late', reply)
        const answer = await bench.client.chat(streamOf('late'))
        expect([answer.status, answer.error().code]).toEqual([504, 'upstream_timeout'])
      }
      bench.upstream.reply('mock/late', [{ stall: true }])
      const answer = await bench.client.chat(askOf('late'))
      expect([answer.status, answer.error().code]).toEqual([504, 'upstream_timeout'])
      await bench.upstream.waitFor('mock/late', (r) => r.aborted)
    })
  })

  describe('a second target', () => {
    // An answer lifts what an overload before it left behind: the first target is the first again.
    beforeEach(async () => {
      expect((await bench.client.chat(askOf('well'))).status).toBe(200)
    })

    const second = [{ send: wholeStream(['from the second']) }]

    it.each([...BEFORE_CONTENT, ...IN_STREAM])('is asked after %s', async (name, reply) => {
      bench.upstream.reply('mock/pair', reply)
      bench.upstream.reply('second/pair', second)
      const before = bench.upstream.requestsFor('mock/pair').length
      const answer = await bench.client.chat(streamOf('pair'))
      expect([answer.status, answer.text]).toEqual([200, wholeStream(['from the second'])])
      expect(answer.headers['x-aicc-attempts']).toBe('2')
      // The connection had served before: it might have been an old one, so the same is sent once more.
      const sent = name === 'a cut before the headers' ? 2 : 1
      expect(bench.upstream.requestsFor('mock/pair')).toHaveLength(before + sent)
    })

    it.each([...BEFORE_CONTENT, ['429', json(429, OPENAI_ERROR), 429, ''] as const])(
      'is asked after %s for an answer that is not streamed',
      async (_, reply) => {
        bench.upstream.reply('mock/pair', reply)
        bench.upstream.reply('second/pair', completion('from the second'))
        const answer = await bench.client.chat(askOf('pair'))
        expect([answer.status, answer.text.includes('from the second')]).toEqual([200, true])
      },
    )

    it('is asked when the first cannot be reached, and gets no key that is not its own', async () => {
      bench.upstream.reply('second/gone-first', second)
      const answer = await bench.client.chat(streamOf('gone-first'))
      expect(answer.status).toBe(200)
      expect(bench.upstream.requestsFor('second/gone-first').at(-1)?.headers.authorization).toBeUndefined()
    })

    it('is asked when the first is silent, and the first is let go', async () => {
      bench.upstream.reply('mock/late-pair', [{ send: ROLE }, { stall: true }])
      bench.upstream.reply('second/late-pair', second)
      const answer = await bench.client.chat(streamOf('late-pair'))
      expect([answer.status, answer.text]).toEqual([200, wholeStream(['from the second'])])
      await bench.upstream.waitFor('mock/late-pair', (r) => r.aborted, 1000)
    })

    it('that fails too has the last word', async () => {
      bench.upstream.reply('mock/pair', json(500, OLLAMA_ERROR))
      bench.upstream.reply('second/pair', json(503, OLLAMA_ERROR, { 'retry-after': '3' }))
      const answer = await bench.client.chat(streamOf('pair'))
      expect([answer.status, answer.headers['retry-after']]).toEqual([503, '3'])
    })

    it('is never asked once content was sent', async () => {
      bench.upstream.reply('mock/pair', [{ send: ROLE + text('begun') }, { at: 50 }, { cut: true }])
      const before = bench.upstream.requestsFor('second/pair').length
      const answer = await bench.client.chat(streamOf('pair'))
      expect(answer.text).toContain('begun')
      expect(answer.text).not.toContain('from the second')
      expect(bench.upstream.requestsFor('second/pair')).toHaveLength(before)
    })
  })

  it('a stream that only lacks [DONE] gets one', async () => {
    const body = ROLE + text('all') + chunk({ finish: 'stop' })
    bench.upstream.reply('mock/broken', [{ send: body }])
    expect((await bench.client.chat(streamOf('broken'))).text).toBe(body + DONE)
  })
})
