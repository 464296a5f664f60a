/** Backends that speak protocols of their own kind: Anthropic's API, and Ollama's `/api/chat`. */
import { describe, expect, it } from 'vitest'
import { message, messageStream, OVERLOADED } from '../upstream/message-reply.ts'
import { OLLAMA_END, OLLAMA_HEAD, ollamaAnswer, ollamaLine } from '../upstream/ollama-reply.ts'
import { completion, json } from '../upstream/reply.ts'
import type { Recorded } from '../upstream/recording-upstream.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { testPolicies, UPSTREAM_KEY } from './harness/policies.ts'
import type { Policies } from './harness/start-gateway.ts'

function policiesOf(upstream: string): Policies {
  const policies = testPolicies(upstream, { models: { plain: {} } })
  const key = { env: 'CONF_UPSTREAM_KEY' }
  Object.assign(policies.backends.backends, {
    claude: {
      kind: 'anthropic',
      url: upstream,
      key,
      health: 'off',
      models: { sonnet: { id: 'claude/sonnet' } },
    },
    llama: {
      kind: 'ollama',
      url: upstream,
      health: 'off',
      options: { keepAlive: '30m' },
      models: { big: { id: 'llama/big', options: { numCtx: 16_384 } } },
    },
  })
  Object.assign(policies.policy.models, {
    sonnet: { targets: ['claude/sonnet'], fallback: ['mock/plain'], keepAlive: 'off' },
    big: { targets: ['llama/big'], keepAlive: 'off' },
  })
  return policies
}

const MESSAGES = [{ role: 'user', content: 'hi' }]
const CHAT = '/v1/chat/completions'

function headersOf(recorded: Recorded | undefined): Record<string, string> {
  const raw = recorded?.rawHeaders ?? []
  const pairs: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!.toLowerCase(), raw[i + 1]!])
  return Object.fromEntries(pairs)
}

describeRuntimes(policiesOf, (bench) => {
  describe('Anthropic’s API', () => {
    it('gets the key where it looks, and of the client’s headers what it may', async () => {
      bench.upstream.reply('claude/sonnet', message('Hello'))
      const answer = await bench.client.call({
        path: '/v1/messages',
        headers: {
          'anthropic-version': '2023-06-01',
          'anthropic-beta': 'context-1m-2025-08-07,mcp-client-2025-11-20',
          'anthropic-dangerous-direct-browser-access': 'true',
        },
        body: { model: 'sonnet', max_tokens: 9, messages: MESSAGES },
      })
      expect(answer.status, answer.text).toBe(200)
      const asked = bench.upstream.requestsFor('claude/sonnet').at(-1)
      expect(asked?.path).toBe('/v1/messages')
      const headers = headersOf(asked)
      expect(headers).toMatchObject({
        'x-api-key': UPSTREAM_KEY,
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'context-1m-2025-08-07',
      })
      expect(headers['authorization']).toBeUndefined()
      expect(headers['anthropic-dangerous-direct-browser-access']).toBeUndefined()
    })

    it('answers clients of chat, without what its models refuse', async () => {
      bench.upstream.reply('claude/sonnet', [{ send: messageStream(['Hel', 'lo']) }])
      const body = { model: 'sonnet', messages: MESSAGES, temperature: 0, stream: true }
      const answer = await bench.client.call({ path: CHAT, body })
      expect(answer.text).toContain('"content":"Hel"')
      expect(answer.headers['x-aicc-lost']).toBe('temperature')
      const asked = bench.upstream.requestsFor('claude/sonnet').at(-1)
      expect(headersOf(asked)['anthropic-version']).toBe('2023-06-01')
      expect(JSON.parse(String(asked?.body))).not.toHaveProperty('temperature')
    })

    it('is left for another one where it is overloaded', async () => {
      bench.upstream.reply('claude/sonnet', json(529, OVERLOADED))
      bench.upstream.reply('mock/plain', completion('Hello'))
      const answer = await bench.client.call({ path: CHAT, body: { model: 'sonnet', messages: MESSAGES } })
      expect([answer.status, answer.headers['x-aicc-backend']]).toEqual([200, 'mock'])
    })
  })

  describe('Ollama’s own protocol', () => {
    it('is told how the model is run', async () => {
      bench.upstream.reply('llama/big', ollamaAnswer('Hello'))
      const body = { model: 'big', messages: MESSAGES, max_tokens: 9 }
      const answer = await bench.client.call({ path: CHAT, body })
      expect(answer.json()).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 5, completion_tokens: 2 },
      })
      const asked = bench.upstream.requestsFor('llama/big').at(-1)
      expect(asked?.path).toBe('/api/chat')
      expect(JSON.parse(String(asked?.body))).toEqual({
        model: 'llama/big',
        messages: MESSAGES,
        stream: false,
        keep_alive: 1800,
        options: { num_ctx: 16_384, num_predict: 9 },
      })
    })

    it('streams lines, cut anywhere', async () => {
      const lines = ollamaLine('Hé') + ollamaLine('llo') + OLLAMA_END
      const bytes = new TextEncoder().encode(lines)
      const cuts = [3, 90, 91, 150]
      const pieces = [0, ...cuts].map((from, i) => ({ send: bytes.subarray(from, cuts[i]) }))
      bench.upstream.reply('llama/big', [...OLLAMA_HEAD, ...pieces])
      const body = { model: 'big', messages: MESSAGES, stream: true, stream_options: { include_usage: true } }
      const { text } = await bench.client.call({ path: CHAT, body })
      const said = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word)
      expect(said).toEqual(['', 'Hé', 'llo'])
      expect(text).toContain('"prompt_tokens":5')
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    })

    it('breaks off with an error', async () => {
      bench.upstream.reply('llama/big', [...OLLAMA_HEAD, { send: ollamaLine('Hel') }, { cut: true }])
      const { text } = await bench.client.call({
        path: CHAT,
        body: { model: 'big', messages: MESSAGES, stream: true },
      })
      expect(text).toContain('"content":"Hel"')
      expect(text).toContain('upstream_interrupted')
      expect(text).not.toContain('[DONE]')
    })
  })
})
