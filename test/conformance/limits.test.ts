/** Limits and budgets as clients meet them: they hold under load, and what was not used comes back, whatever ends a request. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ClientConfig } from '../../compiler/config/clients.ts'
import { chunk, completion, DONE, json, type Reply, ROLE, text } from '../upstream/reply.ts'
import { askOf, collect, streamOf, type Answer, type OpenAnswer } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { testPolicies } from './harness/policies.ts'
import type { Policies } from './harness/start-gateway.ts'

const MODELS = { plain: {}, failing: {}, capped: {}, windows: {}, told: {}, silent: {} }

const CLIENTS: Record<string, Pick<ClientConfig, 'limits' | 'budget'>> = {
  counted: { limits: { requests: '20/h' } },
  refunded: { limits: { tokens: '10k/h' } },
  told: { limits: { tokens: '10k/h' } },
  asking: { limits: { tokens: '10k/h' } },
  large: { limits: { tokens: '500/h' } },
  busy: { limits: { concurrent: 3 } },
  leaving: { limits: { concurrent: 1 } },
  // 0.02 USD for an answer of 2,000 tokens.
  spender: { budget: [{ usd: '0.1/day', warnAt: 50 }, { usd: '1/month' }] },
}

const keyOf = (client: string): string => `conf-limits-${client}-0123456789abcdef`

function limitedPolicies(upstream: string): Policies {
  const clients = Object.entries(CLIENTS).map(([name, limits]): [string, ClientConfig] => {
    const sha256 = createHash('sha256').update(keyOf(name)).digest('hex')
    return [name, { keys: [{ sha256 }], models: '*', ...limits }]
  })
  const policies = testPolicies(upstream, { models: MODELS, clients: Object.fromEntries(clients) })
  for (const { models } of Object.values(policies.backends.backends)) {
    for (const model of Object.values(models)) model.price = { input: 1, output: 10 }
  }
  const { capped } = policies.policy.models
  if (capped === undefined || !('targets' in capped)) throw new Error('the harness makes other models')
  capped.limits = { requests: '5/h' }
  return policies
}

const USAGE = { prompt_tokens: 100, completion_tokens: 40, total_tokens: 140 }
const used = (completionTokens: number): Reply =>
  json(200, {
    choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 0, completion_tokens: completionTokens },
  })

describeRuntimes(limitedPolicies, (bench) => {
  const ask = async (client: string, model: string, fields: Record<string, unknown> = {}): Promise<Answer> =>
    await bench.client.chat(askOf(model, { max_tokens: 50, ...fields }), { key: keyOf(client) })
  const left = ({ headers }: Pick<Answer, 'headers'>): number =>
    Number(headers['x-ratelimit-remaining-tokens'])

  describe('under 200 calls at once', () => {
    it('a client gets what it may, and is told when to come again', async () => {
      bench.upstream.reply('mock/plain', completion('ok'))
      const answers = await Promise.all(
        Array.from({ length: 200 }, async () => await ask('counted', 'plain')),
      )
      const refused = answers.filter(({ status }) => status === 429)
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
      expect(refused).toHaveLength(180)
      for (const answer of refused) {
        expect(answer.error()).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests' })
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(100)
        expect(answer.headers['x-ratelimit-remaining-requests']).toBe('0')
      }
      const remaining = answers.flatMap(({ status, headers }) =>
        status === 200 ? [Number(headers['x-ratelimit-remaining-requests'])] : [],
      )
      expect(remaining.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    })

    it('a model serves what it may, whoever asks', async () => {
      bench.upstream.reply('mock/capped', completion('ok'))
      const known = bench.upstream.requestsFor('mock/capped').length
      const calls = Array.from({ length: 200 }, async () => await bench.client.chat(askOf('capped')))
      const statuses = (await Promise.all(calls)).map(({ status }) => status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(5)
      expect(statuses.filter((status) => status === 429)).toHaveLength(195)
      expect(bench.upstream.requestsFor('mock/capped').slice(known)).toHaveLength(5)
    })

    it('no more are at work than may be', async () => {
      bench.upstream.reply('mock/windows', [{ send: ROLE + text('a') }, { stall: true }])
      const call = { key: keyOf('busy'), body: streamOf('windows') }
      const open = await Promise.all(Array.from({ length: 200 }, async () => await bench.client.open(call)))
      const granted = open.filter(({ status }) => status === 200)
      expect(granted).toHaveLength(3)
      for (const answer of open) {
        if (answer.status === 200) continue
        expect(answer.headers['retry-after']).toBe('1')
        expect((await collect(answer)).error().message).toContain('at once')
      }
      for (const answer of granted) answer.vanish()
      bench.upstream.reply('mock/windows', completion('ok'))
      await expect.poll(async () => (await ask('busy', 'windows')).status, { timeout: 5000 }).toBe(200)
    })
  })

  describe('leases', () => {
    const events = { 'content-type': 'text/event-stream' }
    const windows: [string, Reply, boolean][] = [
      ['before the headers of a stream', [{ stall: true }], true],
      ['before the first token', [{ head: 200, headers: events }, { stall: true }], true],
      ['in the middle of a stream', [{ send: ROLE + text('a') }, { stall: true }], true],
      ['before an answer that is not streamed', [{ stall: true }], false],
      [
        'within it',
        [{ head: 200, headers: { 'content-type': 'application/json' } }, { send: '{"a' }, { stall: true }],
        false,
      ],
    ]
    it.each(windows)('come back when the client leaves %s', async (_, reply, stream) => {
      bench.upstream.reply('mock/windows', reply)
      const known = bench.upstream.requestsFor('mock/windows').length
      const body = stream ? streamOf('windows') : askOf('windows')
      const call = bench.client.start({ key: keyOf('leaving'), body })
      call.answer.catch(() => {})
      await expect
        .poll(() => bench.upstream.requestsFor('mock/windows').length, { timeout: 5000 })
        .toBe(known + 1)
      expect((await ask('leaving', 'windows')).status).toBe(429)
      const begun: OpenAnswer | null = await Promise.race([
        call.answer,
        new Promise<null>((resolve) => setTimeout(resolve, 100, null)),
      ])
      begun?.vanish()
      call.vanish()
      bench.upstream.reply('mock/windows', completion('ok'))
      await expect.poll(async () => (await ask('leaving', 'windows')).status, { timeout: 5000 }).toBe(200)
    })

    it.each([
      ['an error', json(500, { error: { message: 'no' } })],
      ['a stream that breaks off', [{ send: ROLE + text('a') }, { cut: true }]],
      [
        'an answer that makes no sense',
        [{ head: 200, headers: { 'content-type': 'text/html' } }, { send: '<p>' }],
      ],
    ] as [string, Reply][])('come back after %s', async (_, reply) => {
      for (const stream of [true, false]) {
        bench.upstream.reply('mock/windows', reply)
        const body = stream ? streamOf('windows') : askOf('windows')
        const { status } = await bench.client
          .chat(body, { key: keyOf('leaving') })
          .catch(() => ({ status: 0 }))
        expect(status).not.toBe(429)
      }
      bench.upstream.reply('mock/windows', completion('ok'))
      expect((await ask('leaving', 'windows')).status).toBe(200)
    })
  })

  describe('tokens', () => {
    it('that were not used come back, all of them when nobody answered', async () => {
      bench.upstream.reply('mock/failing', json(500, { error: { message: 'no' } }))
      for (let i = 0; i < 5; i += 1)
        expect((await ask('refunded', 'failing', { max_tokens: 5000 })).status).toBe(502)
      bench.upstream.reply('mock/plain', json(200, { choices: [], usage: USAGE }))
      const first = left(await ask('refunded', 'plain'))
      expect(first).toBeGreaterThan(9900)
      const second = left(await ask('refunded', 'plain'))
      expect(first - second).toBe(140)
    })

    it('of a stream are asked for, read and not shown', async () => {
      const stream = ROLE + text('Hel') + text('lo') + chunk({ finish: 'stop' })
      bench.upstream.reply('mock/told', [{ send: `${stream}${chunk({ usage: USAGE })}${DONE}` }])
      const call = async (): Promise<Answer> =>
        await bench.client.chat(streamOf('told', { max_tokens: 50 }), { key: keyOf('told') })
      const first = await call()
      expect(first.text).toBe(stream + DONE)
      const [sent] = bench.upstream.requestsFor('mock/told').slice(-1)
      expect(sent?.body.toString()).toContain('"stream_options":{"include_usage":true}')
      expect(left(first) - left(await call())).toBe(140)
    })

    it('of a stream are shown to who asks for them', async () => {
      const stream = `${ROLE}${text('Hello')}${chunk({ finish: 'stop' })}${chunk({ usage: USAGE })}${DONE}`
      bench.upstream.reply('mock/told', [{ send: stream }])
      const body = streamOf('told', { stream_options: { include_usage: true } })
      expect((await bench.client.chat(body, { key: keyOf('asking') })).text).toBe(stream)
    })

    it('of a request that could never fit are refused for good', async () => {
      const answer = await ask('large', 'plain', { max_tokens: 501 })
      expect([answer.status, answer.headers['retry-after'], answer.headers['x-should-retry']]).toEqual([
        429,
        undefined,
        'false',
      ])
      expect(answer.error()).toMatchObject({ code: 'rate_limit_exceeded', type: 'tokens' })
    })
  })

  it('a budget warns, then stops, and says until when', async () => {
    bench.upstream.reply('mock/silent', used(2000))
    const warnings: unknown[] = []
    let answer = await ask('spender', 'silent', { max_tokens: 2000 })
    while (answer.status === 200 && warnings.length < 10) {
      warnings.push(answer.headers['x-aicc-budget-warning'])
      answer = await ask('spender', 'silent', { max_tokens: 2000 })
    }
    // The fifth would cost its 0.02 USD and what its own text may come to.
    expect(warnings).toEqual([undefined, undefined, undefined, 'day 60%'])
    expect(answer.status).toBe(429)
    expect(answer.error()).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(86_400)
    // The log goes through the control process.
    await expect.poll(() => bench.gateway.output(), { timeout: 5000 }).toContain('budget-warning')
  })
})
