/** What requests use: streams, budgets and records, through the whole app. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { estimateTokens } from '../../src/pipeline/classify/estimate-tokens.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { controlledStream } from './controlled-stream.ts'
import { AUTHORIZED, makeBackend, makeModel, makeTable, makeTarget, plainly } from './make-snapshot.ts'
import {
  answer,
  atOnce,
  client,
  DAY,
  down,
  errorOf,
  gateway,
  limits,
  NOON,
  perDay,
  perMinute,
  PRICE,
  spent,
  tokens,
  USAGE,
} from './metered-gateway.ts'
import type { Backend } from './scripted-ports.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOON }))
afterEach(() => void vi.useRealTimers())

describe('a stream', () => {
  const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`
  const delta = (content: string): string =>
    event({ id: 'x', object: 'chunk', choices: [{ index: 0, delta: { content } }] })
  const LONE = event({ choices: [], usage: USAGE })
  const DONE = 'data: [DONE]\n\n'
  const metered = client({ limits: limits({ tokens: perDay(10_000), concurrent: 1 }) })

  function streaming(chunks: string[]): Backend {
    return () => new Response(chunks.join(''), { headers: { 'content-type': 'text/event-stream' } })
  }

  it('is asked for usage where that counts, and does not show it', async () => {
    const { ask, left, ports } = gateway(metered, { gpu: streaming([delta('a'), delta('b'), LONE, DONE]) })
    const response = await ask({ stream: true })
    expect(await response.text()).toBe(delta('a') + delta('b') + DONE)
    expect(ports.calls[0]?.request.body).toContain('"stream_options":{"include_usage":true}')
    await Promise.all(ports.deferred)
    expect(left(tokens(10_000))).toBe(9950)
    expect(left(atOnce(1))).toBe(1)
    expect(ports.records[0]).toMatchObject({
      usage: { input: 20, output: 30, source: 'wire' },
      stream: true,
      status: 200,
    })
  })

  it.each([
    ['where the client asked for usage itself', metered, { stream_options: { include_usage: true } }],
    ['where nothing depends on it', {}, {}],
  ] as [string, Partial<RouteTable>, object][])('goes through as it came %s', async (_, table, fields) => {
    const { ask, ports } = gateway(table, { gpu: streaming([delta('a'), LONE, DONE]) })
    const response = await ask({ stream: true, ...fields })
    expect(await response.text()).toBe(delta('a') + LONE + DONE)
    expect(ports.calls[0]?.request.body).toBe(
      JSON.stringify({
        model: 'qwen3-coder',
        messages: [{ role: 'user', content: 'hi' }],
        max_tokens: 100,
        stream: true,
        ...fields,
      }),
    )
    await Promise.all(ports.deferred)
    expect(ports.records[0]?.usage).toMatchObject({ output: 30, source: 'wire' })
  })

  it.each([
    ['that is asked', makeModel()],
    [
      'that is left',
      makeModel({ pool: [{ target: 'spare/small', weight: 1 }], fallback: [plainly('gpu/coder')] }),
    ],
  ])('is estimated where a backend %s refuses to be asked', async (_, fast) => {
    const backends = { ...makeTable().backends, gpu: makeBackend({ streamUsage: 'off' }) }
    const stream = streaming([delta('a'), DONE])
    const { ask, ports } = gateway({ ...metered, backends, models: { fast } }, { gpu: stream, spare: stream })
    expect(await (await ask({ stream: true })).text()).toBe(delta('a') + DONE)
    expect(ports.calls[0]?.request.body).not.toContain('stream_options')
    await Promise.all(ports.deferred)
    expect(ports.records[0]?.usage).toMatchObject({ output: 1, source: 'estimate' })
  })

  it('may end without a blank line', async () => {
    const stop = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    const { ask, ports } = gateway(metered, { gpu: streaming([delta('a'), stop, LONE.trimEnd()]) })
    expect(await (await ask({ stream: true })).text()).toBe(delta('a') + stop + DONE)
    await Promise.all(ports.deferred)
    expect(ports.records[0]?.usage).toMatchObject({ input: 20, output: 30, source: 'wire' })
  })

  it('is estimated where the backend says nothing', async () => {
    const said = estimateTokens(' word'.repeat(40))
    const { ask, left, ports } = gateway(metered, {
      gpu: streaming([...Array<string>(40).fill(delta(' word')), DONE]),
    })
    await (await ask({ stream: true })).text()
    await Promise.all(ports.deferred)
    expect(ports.records[0]?.usage).toMatchObject({ output: said, source: 'estimate' })
    const { input = 0 } = ports.records[0]?.usage ?? {}
    expect(left(tokens(10_000))).toBe(10_000 - said - input)
  })

  it.each([
    ['the backend breaks off', (run: Running) => run.stream.break(), 'upstream_interrupted'],
    ['the client leaves', (run: Running) => run.leave(), 'client_gone'],
  ] as [string, (run: Running) => unknown, string][])(
    'is charged for what came when %s',
    async (_, end, error) => {
      let stream: ReturnType<typeof controlledStream> | undefined
      const { ask, left, ports } = gateway(metered, {
        gpu: ({ signal }) => (stream = controlledStream(signal)).response,
      })
      const leaving = new AbortController()
      const asked = ask({ stream: true }, { signal: leaving.signal })
      await vi.waitFor(() => expect(stream).toBeDefined())
      if (stream === undefined) throw new Error('no stream')
      const sending = stream.send(delta('one') + delta(' two'))
      const reader = (await asked).body?.getReader()
      await reader?.read()
      await sending
      expect(left(atOnce(1))).toBe(0)
      await end({ stream, leave: () => leaving.abort() })
      await reader?.read().catch(() => {})
      await reader?.cancel().catch(() => {})
      await Promise.all(ports.deferred)
      expect(left(atOnce(1))).toBe(1)
      expect(ports.records).toHaveLength(1)
      expect(ports.records[0]).toMatchObject({ status: 200, error, usage: { output: 2, source: 'estimate' } })
    },
  )

  interface Running {
    stream: ReturnType<typeof controlledStream>
    leave: () => void
  }
})

describe('a stream that another backend goes on with', () => {
  it('is charged for both', async () => {
    const models = {
      fast: makeModel({
        pool: [
          { target: 'gpu/coder', weight: 1 },
          { target: 'spare/coder', weight: 1 },
        ],
        onBreak: 'continue',
      }),
    }
    const targets = {
      'gpu/coder': makeTarget({ price: PRICE }),
      'spare/coder': makeTarget({ backend: 'spare', price: { ...PRICE, output: 1 } }),
    }
    const said = (content: string): string =>
      `data: ${JSON.stringify({ id: 'x', object: 'chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`
    let first: ReturnType<typeof controlledStream> | undefined
    const told = `data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n`
    const { ask, ports } = gateway(
      { ...client({ budgets: [{ ...DAY, limit: 1e9, warnAt: 1e9 }] }), models, targets },
      {
        gpu: ({ signal }) => (first = controlledStream(signal)).response,
        spare: () =>
          new Response(`${said('two')}${told}data: [DONE]\n\n`, {
            headers: { 'content-type': 'text/event-stream' },
          }),
      },
    )
    const asked = ask({ stream: true })
    const stream = await vi.waitUntil(() => first)
    const sending = stream.send(said('one'))
    const answered = await asked
    const text = answered.text()
    await sending
    await stream.break()
    expect(await text).toContain('two')
    await Promise.all(ports.deferred)
    const [record] = ports.records
    const input = (record?.usage.input ?? 0) - USAGE.prompt_tokens
    expect(input).toBeGreaterThan(0)
    expect(record).toMatchObject({
      attempts: 2,
      backend: 'spare',
      usage: { output: 1 + 30, source: 'estimate' },
    })
    expect(record?.cost).toBe(input * 1000 + 1 * 10_000 + 20 * 1000 + 30)
  })
})

describe('a budget', () => {
  const targets = { 'gpu/coder': makeTarget({ price: PRICE }) }
  const budgeted = { ...client({ budgets: [DAY] }), targets: { ...makeTable().targets, ...targets } }

  it('is charged by the price of the target, cached tokens by theirs', async () => {
    const usage = { ...USAGE, prompt_tokens_details: { cached_tokens: 10 } }
    const { ask, left, ports } = gateway(budgeted, { gpu: answer({ usage }) })
    expect((await ask()).status).toBe(200)
    const cost = 10 * 1000 + 10 * 100 + 30 * 10_000
    expect(ports.records[0]?.cost).toBe(cost)
    expect(left(spent(DAY.limit))).toBe(DAY.limit - cost)
  })

  it('warns, then stops', async () => {
    const usage = { prompt_tokens: 0, completion_tokens: 150 }
    const { ask, ports } = gateway(budgeted, { gpu: answer({ usage }) })
    const warnings: (string | null)[] = []
    let response = await ask()
    while (response.status === 200) {
      warnings.push(response.headers.get('x-aicc-budget-warning'))
      response = await ask()
    }
    expect(warnings).toEqual([null, null, null, null, 'day 60%', 'day 75%'])
    expect(ports.events.filter(({ event }) => event === 'budget-warning')).toHaveLength(1)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe(String(12 * 3600))
    expect(await errorOf(response)).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' })
    vi.setSystemTime(Date.UTC(2026, 10, 22))
    expect((await ask()).status).toBe(200)
  })

  it('keeps nobody from what is free', async () => {
    const free = { input: 0, cachedInput: 0, output: 0 }
    const table: Partial<RouteTable> = {
      ...client({ budgets: [DAY] }),
      targets: {
        ...makeTable().targets,
        'gpu/coder': makeTarget({ price: PRICE }),
        'spare/small': makeTarget({ backend: 'spare', model: 'small', price: free }),
      },
      models: {
        fast: makeModel(),
        free: makeModel({ pool: [{ target: 'spare/small', weight: 1 }] }),
        mixed: makeModel({ pool: [{ target: 'spare/small', weight: 1 }], fallback: [plainly('gpu/coder')] }),
      },
      names: { fast: 'fast', free: 'free', mixed: 'mixed' },
    }
    const costly = answer({ usage: { prompt_tokens: 0, completion_tokens: 1000, total_tokens: 1000 } })
    const { ask, left, ports } = gateway(table, { gpu: costly, spare: costly })
    expect((await ask()).status).toBe(200)
    expect(left(spent(DAY.limit))).toBe(0)
    expect((await ask()).status).toBe(429)
    expect((await ask({ model: 'mixed' })).status).toBe(429)
    expect((await ask({ model: 'free' })).status).toBe(200)
    expect(ports.calls.map(({ backend }) => backend)).toEqual(['gpu', 'spare'])
    expect(ports.records.at(-1)).toMatchObject({ model: 'free', cost: 0, charges: [] })
  })

  it('is never overdrawn by many at once', async () => {
    const { ask, left } = gateway(budgeted, {
      gpu: answer({ usage: { prompt_tokens: 1, completion_tokens: 100 } }),
    })
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask()))
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(5)
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThan(11)
    expect(left(spent(DAY.limit))).toBeGreaterThanOrEqual(0)
  })

  it('gives all back when nobody answers', async () => {
    const { ask, left, ports } = gateway(budgeted, { gpu: down })
    expect((await ask()).status).toBe(502)
    expect(left(spent(DAY.limit))).toBe(DAY.limit)
    expect(ports.records[0]).toMatchObject({ status: 502, error: 'upstream_error', attempts: 1, cost: 0 })
  })
})

describe('the record of a request', () => {
  it('says what became of it, and nothing of its text', async () => {
    const { ask, ports } = gateway(
      client({ limits: limits({ requests: perMinute(9), tokens: perMinute(9000), concurrent: 3 }) }),
    )
    const response = await ask({ messages: [{ role: 'user', content: 'a secret' }] })
    const [record] = ports.records
    expect(record).toEqual({
      id: response.headers.get('x-correlation-id'),
      correlationId: response.headers.get('x-correlation-id'),
      startedAt: Date.now(),
      endedAt: Date.now(),
      client: 'crew',
      surface: 'chat',
      asked: 'fast',
      model: 'fast',
      backend: 'gpu',
      backendModel: 'coder',
      rule: null,
      digest: makeTable().digest,
      verdict: null,
      stream: false,
      status: 200,
      error: null,
      attempts: 1,
      firstTokenMs: null,
      overheadUs: expect.any(Number) as number,
      queuedMs: 0,
      usage: { input: 20, cachedInput: 0, output: 30, source: 'wire' },
      cost: null,
      charges: [
        { charge: { kind: 'rate', key: 'client:crew:requests', amount: 1, limit: perMinute(9) }, used: 1 },
        { charge: expect.objectContaining({ key: 'client:crew:tokens' }), used: 50 },
      ],
    })
    expect(JSON.stringify(ports.records)).not.toContain('secret')
  })

  it('has an id of its own where the caller chose the correlation id', async () => {
    const { ask, ports } = gateway({})
    const headers = {
      host: 'localhost',
      'content-type': 'application/json',
      ...AUTHORIZED,
      'x-correlation-id': 'mine-1',
    }
    await ask({}, { headers })
    await ask({}, { headers })
    const ids = ports.records.map(({ id }) => id)
    expect(ports.records[0]?.correlationId).toBe('mine-1')
    expect(new Set(ids).size).toBe(2)
    expect(ids).not.toContain('mine-1')
  })

  it('says why a stream never began', async () => {
    const { ask, ports } = gateway({}, { gpu: down })
    await (await ask({ stream: true })).text()
    await Promise.all(ports.deferred)
    expect(ports.records).toHaveLength(1)
    expect(ports.records[0]).toMatchObject({
      status: 502,
      error: 'upstream_error',
      attempts: 1,
      failures: [{ backend: 'gpu', model: 'coder', cause: 'error', ms: 0 }],
      firstTokenMs: null,
    })
  })

  it('is made of refusals too, once each, and names no model that nobody knows', async () => {
    const { ask, ports } = gateway({})
    await ask({ model: 'no-such-model' })
    expect(ports.records).toHaveLength(1)
    expect(ports.records[0]).toMatchObject({
      asked: null,
      model: null,
      status: 404,
      error: 'model_not_found',
      attempts: 0,
    })
  })

  it('takes the tokens of an answer without usage from its text', async () => {
    const content = ' word'.repeat(100)
    const choices = [{ message: { role: 'assistant', content } }]
    const { ask, ports } = gateway({}, { gpu: () => Response.json({ choices }) })
    await ask()
    expect(ports.records[0]?.usage).toMatchObject({ output: estimateTokens(content), source: 'estimate' })
  })
})
