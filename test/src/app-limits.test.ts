/** Limits, through the whole app. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RouteTable } from '../../src/table/route-table.ts'
import { makeBackend, makeModel, makeTable } from './make-snapshot.ts'
import {
  answer,
  atOnce,
  client,
  down,
  errorOf,
  gateway,
  limits,
  NOON,
  perDay,
  perMinute,
  tokens,
  USAGE,
} from './metered-gateway.ts'
import type { Backend } from './scripted-ports.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOON }))
afterEach(() => void vi.useRealTimers())

describe('a limit', () => {
  it('of requests lets through so many, then says when', async () => {
    const { ask, ports } = gateway(client({ limits: limits({ requests: perMinute(3) }) }))
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array(3).fill(200),
      ...Array(7).fill(429),
    ])
    const refused = await ask()
    expect(refused.headers.get('retry-after')).toBe('20')
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(await errorOf(refused)).toMatchObject({ code: 'rate_limit_exceeded', type: 'requests' })
    expect(ports.calls).toHaveLength(3)
    vi.setSystemTime(Date.now() + 20_000)
    expect((await ask()).status).toBe(200)
  })

  it('leaves a record of whom it turned away, with nothing in it that nobody looked at', async () => {
    const { ask, ports } = gateway(client({ limits: limits({ requests: perMinute(1) }) }))
    await ask()
    const refused = await ask()
    expect(refused.status).toBe(429)
    await vi.waitFor(() => expect(ports.records).toHaveLength(2))
    const record = ports.records[1]
    expect(record).toMatchObject({
      status: 429,
      error: 'rate_limit_exceeded',
      asked: null,
      model: null,
      backend: null,
      attempts: 0,
      stream: false,
      verdict: null,
      usage: { input: 0, output: 0 },
    })
    expect(record?.correlationId).toBe(record?.id)
  })

  it('leaves no more than so many such records a second', async () => {
    const { ask, ports } = gateway(client({ limits: limits({ requests: perMinute(1) }) }))
    await ask()
    for (let i = 0; i < 120; i += 1) expect((await ask()).status).toBe(429)
    expect(ports.records).toHaveLength(101)
    vi.setSystemTime(Date.now() + 1000)
    await ask()
    expect(ports.records).toHaveLength(102)
  })

  it('is looked at before the body is read', async () => {
    const { ask } = gateway(client({ limits: limits({ requests: perMinute(1) }) }))
    await ask()
    const body = new ReadableStream({ pull: () => expect.fail('the body was read') }, { highWaterMark: 0 })
    const init = { body, duplex: 'half' } as RequestInit
    expect((await ask({}, init)).status).toBe(429)
  })

  it('of tokens is charged for what was used in the end', async () => {
    const { ask, left } = gateway(client({ limits: limits({ tokens: perDay(1000) }) }))
    const response = await ask()
    // What it may use at most is reserved first.
    const reserved = 1000 - Number(response.headers.get('x-ratelimit-remaining-tokens'))
    expect(reserved).toBeGreaterThan(105)
    expect(reserved).toBeLessThan(200)
    expect(left(tokens(1000))).toBe(950)
    const large = await ask({ max_tokens: 5000 })
    expect([large.status, large.headers.get('retry-after'), large.headers.get('x-should-retry')]).toEqual([
      429,
      null,
      'false',
    ])
    expect(left(tokens(1000))).toBe(950)
    // Without a word on its length it is never too large.
    expect((await ask({ max_tokens: undefined })).status).toBe(429)
    vi.setSystemTime(Date.now() + 86_400_000)
    expect((await ask({ max_tokens: undefined })).status).toBe(200)
  })

  it.each([
    [
      'a model',
      { models: { fast: makeModel({ limits: limits({ requests: perMinute(1) }) }) } },
      'model `fast`',
    ],
    [
      'an address',
      { limits: { ...makeTable().limits, perAddress: limits({ requests: perMinute(1) }) } },
      'this address',
    ],
    [
      'all backends',
      { backends: { gpu: makeBackend({ limits: limits({ requests: perMinute(1) }) }) } },
      'backend `gpu`',
    ],
  ] as [string, Partial<RouteTable>, string][])(
    'of %s holds for all its clients',
    async (_, fields, whose) => {
      const { ask } = gateway({ ...fields })
      expect((await ask()).status).toBe(200)
      const refused = await ask()
      expect(refused.status).toBe(429)
      expect((await errorOf(refused))['message']).toContain(whose)
    },
  )

  it('of addresses goes by network', async () => {
    const perAddress = limits({ requests: perMinute(1) })
    const { ask, ports } = gateway({ limits: { ...makeTable().limits, perAddress } })
    const statuses: number[] = []
    for (const peer of [
      '2001:db8:1:2::1',
      '2001:db8:1:2::ffff',
      '2001:db8:1:3::1',
      '192.0.2.1',
      '::ffff:192.0.2.1',
    ]) {
      ports.peer = peer
      statuses.push((await ask()).status)
    }
    expect(statuses).toEqual([200, 429, 200, 200, 429])
  })

  it('of a backend sends requests to others where there are', async () => {
    const backends = {
      gpu: makeBackend({ limits: limits({ requests: perMinute(1) }) }),
      spare: makeBackend({ origin: 'http://spare.test:1' }),
    }
    const { ask, ports } = gateway({ backends })
    for (let i = 0; i < 3; i += 1) expect((await ask({ model: 'safe' })).status).toBe(200)
    expect(ports.calls.map(({ backend }) => backend)).toEqual(['gpu', 'spare', 'spare'])
  })

  it('costs nobody anything who has none', async () => {
    const { ask, ports } = gateway({})
    const look = vi.spyOn(ports.ledger, 'look')
    const reserve = vi.spyOn(ports.ledger, 'reserve')
    const response = await ask({ stream: false })
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
    expect(look).not.toHaveBeenCalled()
    expect(reserve).not.toHaveBeenCalled()
    expect(ports.records).toHaveLength(1)
  })
})

describe('a ledger that others share', () => {
  it('is waited for, and gets back what a client leaves behind', async () => {
    const { ask, ports, left } = gateway(client({ limits: limits({ concurrent: 1 }) }))
    const { reserve } = ports.ledger
    let go: (() => void) | null = null
    ports.ledger.reserve = async (reservation) => {
      await new Promise<void>((resolve) => (go = resolve))
      return reserve(reservation)
    }
    const leaving = new AbortController()
    const asked = ask({}, { signal: leaving.signal })
    const letGo = await vi.waitUntil(() => go)
    leaving.abort()
    letGo()
    await asked.catch(() => {})
    await vi.waitFor(() => expect(ports.records).toHaveLength(1))
    expect(left(atOnce(1))).toBe(1)
    expect(ports.calls).toEqual([])
  })
})

it.each([
  ['an answer', false],
  ['a stream', true],
])('ends %s and keeps its record though a defect spoils its account', async (_, stream) => {
  const sse: Backend = () =>
    new Response('data: {"choices":[{"delta":{"content":"hello"}}]}\n\ndata: [DONE]\n\n', {
      headers: { 'content-type': 'text/event-stream' },
    })
  const backends = stream ? { gpu: sse } : {}
  const { ask, ports } = gateway(client({ limits: limits({ concurrent: 1 }) }), backends)
  ports.ledger.settle = () => {
    throw new Error('a defect')
  }
  const response = await ask({ stream })
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('hello')])
  await Promise.all(ports.deferred)
  expect(ports.records).toHaveLength(1)
  const told = { event: 'internal-error', cause: 'Error: a defect' }
  expect(ports.events).toContainEqual(expect.objectContaining(told))
})

describe('requests at once', () => {
  const two = client({ limits: limits({ concurrent: 2, tokens: perDay(10_000) }) })

  it.each([
    ['an answer', answer()],
    ['an error', down],
    [
      'an answer that breaks off',
      () =>
        new Response('{"a":', { headers: { 'content-length': '99', 'content-type': 'application/json' } }),
    ],
    ['a handler that crashes', () => expect.fail('crash')],
  ] as [string, Backend][])('are free again after %s', async (_, backend) => {
    const { ask, left } = gateway(two, { gpu: backend })
    for (let i = 0; i < 6; i += 1) expect((await ask()).status).not.toBe(429)
    expect(left(atOnce(2))).toBe(2)
  })

  it('are refused beyond the limit, and taken when one has ended', async () => {
    const waiting: ((response: Response) => void)[] = []
    const { ask, left } = gateway(two, { gpu: () => new Promise((resolve) => void waiting.push(resolve)) })
    const held = [ask(), ask()]
    await vi.waitFor(() => expect(waiting).toHaveLength(2))
    const refused = await ask()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await errorOf(refused))['message']).toContain('at once')
    for (const resolve of waiting) resolve(Response.json({ usage: USAGE }))
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200])
    expect(left(atOnce(2))).toBe(2)
    expect(left(tokens(10_000))).toBe(10_000 - 100)
  })

  it('are free again when the client leaves before an answer; what was sent counts', async () => {
    const waiting = { begun: false }
    const { ask, left, ports } = gateway(two, {
      gpu: ({ signal }) =>
        new Promise((_, reject) => {
          waiting.begun = true
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    })
    const leaving = new AbortController()
    const asked = ask(
      { messages: [{ role: 'user', content: 'word '.repeat(100) }] },
      { signal: leaving.signal },
    )
    await vi.waitFor(() => expect(waiting.begun).toBe(true))
    leaving.abort()
    await asked.catch(() => {})
    await vi.waitFor(() => expect(ports.records).toHaveLength(1))
    expect(left(atOnce(2))).toBe(2)
    expect(ports.records[0]).toMatchObject({
      status: 499,
      error: 'client_gone',
      usage: { output: 0, source: 'estimate' },
    })
    const { input = 0 } = ports.records[0]?.usage ?? {}
    expect(input).toBeGreaterThan(90)
    expect(left(tokens(10_000))).toBe(10_000 - input)
  })
})
