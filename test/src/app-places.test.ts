/** Limits of the places that a request comes to after the first, through the whole app. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Charge } from '../../src/table/charges.ts'
import type { Backend as BackendEntry, RouteTable } from '../../src/table/route-table.ts'
import type { UsageLimits } from '../../src/table/usage-limits.ts'
import { makeBackend, makeModel, makeTable, makeTarget, plainly } from './make-snapshot.ts'
import { answer, down, errorOf, gateway, limits, NOON, perDay, USAGE } from './metered-gateway.ts'
import type { Backend } from './scripted-ports.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOON }))
afterEach(() => void vi.useRealTimers())

function limited(backend: string, fields: Partial<UsageLimits>): BackendEntry {
  return makeBackend({ origin: `http://${backend}.test:1`, limits: limits(fields) })
}

function rate(key: string, count: number): Charge {
  return { kind: 'rate', key, amount: 1, limit: perDay(count) }
}

/** `safe` is on `gpu`, then on `spare`, then on `third`. */
function threePlaces(
  backends: Record<string, BackendEntry>,
  fallback = [plainly('third/large')],
): Partial<RouteTable> {
  const { models, targets } = makeTable()
  const { safe } = models
  if (safe?.kind !== 'served') throw new Error('no such model')
  return {
    backends: {
      gpu: makeBackend(),
      spare: makeBackend({ origin: 'http://spare.test:1' }),
      third: makeBackend({ origin: 'http://third.test:1' }),
      ...backends,
    },
    models: { ...models, safe: { ...safe, fallback } },
    targets: { ...targets, 'third/large': makeTarget({ backend: 'third', model: 'large' }) },
  }
}

const CONTENT = `data: ${JSON.stringify({ choices: [{ delta: { content: 'hello' } }] })}\n\n`
const DONE = 'data: [DONE]\n\n'
const streaming: Backend = () =>
  new Response(`${CONTENT}data: ${JSON.stringify({ choices: [], usage: USAGE })}\n\n${DONE}`, {
    headers: { 'content-type': 'text/event-stream' },
  })

const asked = { model: 'safe' }

describe('a place that is asked after another', () => {
  it('is charged itself, for what was used there; the one that failed is not', async () => {
    const table = threePlaces({
      gpu: limited('gpu', { requests: perDay(10), tokens: perDay(1000) }),
      spare: limited('spare', { requests: perDay(10), tokens: perDay(1000) }),
    })
    const { ask, left, ports } = gateway(table, { gpu: down, third: answer() })
    expect((await ask(asked)).status).toBe(200)
    expect(
      ['gpu', 'spare'].map((name) => [
        left(rate(`backend:${name}:requests`, 10)),
        left(rate(`backend:${name}:tokens`, 1000)),
      ]),
    ).toEqual([
      [9, 1000],
      [9, 950],
    ])
    const [record] = ports.records
    expect(record?.charges.map(({ charge, used, reservation }) => [charge.key, used, reservation])).toEqual([
      ['backend:gpu:requests', 1, undefined],
      ['backend:gpu:tokens', 0, undefined],
      ['backend:spare:requests', 1, `${record?.id}/1`],
      ['backend:spare:tokens', 50, `${record?.id}/1`],
    ])
  })

  it('is charged for a stream by what it tells at the end, which it is asked for', async () => {
    const table = threePlaces({ spare: limited('spare', { tokens: perDay(1000) }) }, [])
    const { ask, left, ports } = gateway(table, { gpu: down, spare: streaming })
    expect(await (await ask({ ...asked, stream: true })).text()).toBe(CONTENT + DONE)
    expect(ports.calls[1]?.request.body).toContain('"include_usage":true')
    await vi.waitFor(() => expect(left(rate('backend:spare:tokens', 1000))).toBe(950))
  })

  it('is charged once, however often it is asked', async () => {
    const table = threePlaces({ spare: limited('spare', { requests: perDay(10) }) }, [])
    const model = makeModel({
      pool: [
        { target: 'gpu/coder', weight: 1 },
        { target: 'spare/small', weight: 1 },
      ],
      retry: { times: 3, backoffMs: 0, longestWaitMs: 1000, budgetPercent: 100 },
    })
    const { ask, left, ports } = gateway(
      { ...table, models: { safe: model, fast: model } },
      { gpu: down, spare: down },
    )
    expect((await ask(asked)).status).toBe(502)
    expect(ports.calls.map(({ backend }) => backend)).toEqual(['gpu', 'spare', 'gpu', 'spare', 'gpu'])
    expect(left(rate('backend:spare:requests', 10))).toBe(9)
  })

  it('is passed over when its limit is used up, while another has room', async () => {
    const table = threePlaces({ spare: limited('spare', { requests: perDay(1) }) })
    const { ask, ports } = gateway(table, { gpu: down, third: answer() })
    expect((await ask(asked)).headers.get('x-aicc-backend')).toBe('spare')
    const second = await ask(asked)
    expect([second.status, second.headers.get('x-aicc-backend')]).toEqual([200, 'third'])
    expect(second.headers.get('x-aicc-failed')).toBe('gpu/coder error, spare/small busy')
    expect(second.headers.get('x-aicc-attempts')).toBe('2')
    expect(ports.calls.map(({ backend }) => backend)).toEqual(['gpu', 'spare', 'gpu', 'third'])
  })

  it('is why the client is refused when nobody else is left', async () => {
    const table = threePlaces({ spare: limited('spare', { requests: perDay(1) }) }, [])
    const { ask } = gateway(table, { gpu: down })
    await ask(asked)
    const refused = await ask(asked)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '86400'])
    expect(await errorOf(refused)).toMatchObject({
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('backend `spare`') as unknown,
    })
  })

  it.each([
    ['an answer', answer()],
    ['a failure', down],
  ] as [string, Backend][])('gets its place back after %s', async (_, spare) => {
    const table = threePlaces({ spare: limited('spare', { concurrent: 1 }) }, [])
    const { ask, left, ports } = gateway(table, { gpu: down, spare })
    for (let i = 0; i < 3; i += 1) await ask(asked)
    expect(ports.calls.filter(({ backend }) => backend === 'spare')).toHaveLength(3)
    expect(left({ kind: 'lease', key: 'backend:spare:concurrent', limit: 1 })).toBe(1)
  })

  it('is charged by a ledger that answers later, too', async () => {
    const table = threePlaces({ spare: limited('spare', { requests: perDay(1) }) })
    const { ask, ports, left } = gateway(table, { gpu: down, third: answer() })
    const { reserve } = ports.ledger
    ports.ledger.reserve = (reservation) => Promise.resolve(reserve(reservation))
    const backends: (string | null)[] = []
    for (let i = 0; i < 3; i += 1) backends.push((await ask(asked)).headers.get('x-aicc-backend'))
    expect(backends).toEqual(['spare', 'third', 'third'])
    expect(left(rate('backend:spare:requests', 1))).toBe(0)
  })
})

it('a place whose limits are used up when its turn comes is named in the record', async () => {
  const table = threePlaces({ gpu: limited('gpu', { requests: perDay(1) }) }, [])
  const { ask, ports } = gateway(table)
  const backends: (string | null)[] = []
  for (let i = 0; i < 2; i += 1) backends.push((await ask(asked)).headers.get('x-aicc-backend'))
  expect(backends).toEqual(['gpu', 'spare'])
  const limit = { backend: 'gpu', model: 'coder', why: 'limit' }
  expect(ports.records.map(({ skipped }) => skipped)).toEqual([undefined, [limit]])
})

it('a place that was charged and never asked gets its request back', async () => {
  const table = threePlaces(
    {
      gpu: { ...limited('gpu', { requests: perDay(10) }), slots: { count: 1, queueSize: 0, queueWaitMs: 0 } },
      spare: limited('spare', { requests: perDay(10) }),
    },
    [],
  )
  const waiting: ((response: Response) => void)[] = []
  const { ask, left, ports } = gateway(table, {
    gpu: () => new Promise((resolve) => void waiting.push(resolve)),
  })
  const first = ask(asked)
  await vi.waitFor(() => expect(waiting).toHaveLength(1))
  expect((await ask(asked)).headers.get('x-aicc-backend')).toBe('spare')
  expect(ports.records[0]?.skipped).toEqual([{ backend: 'gpu', model: 'coder', why: 'full' }])
  for (const resolve of waiting) resolve(Response.json({ choices: [] }))
  await first
  expect([left(rate('backend:gpu:requests', 10)), left(rate('backend:spare:requests', 10))]).toEqual([9, 9])
})

it('a model that stands in as a fallback is charged as well, and passed over when it is full', async () => {
  const fallback = [{ ...plainly('third/large'), of: 'fast' }, plainly('spare/small')]
  const fast = makeModel({
    pool: [{ target: 'third/large', weight: 1 }],
    limits: limits({ requests: perDay(1) }),
  })
  const safe = makeModel({ fallback })
  const table = { ...threePlaces({}), models: { fast, safe } }
  const { ask, left } = gateway(table, { gpu: down, third: answer() })
  expect((await ask(asked)).headers.get('x-aicc-backend')).toBe('third')
  expect(left(rate('model:fast:requests', 1))).toBe(0)
  expect((await ask(asked)).headers.get('x-aicc-backend')).toBe('spare')
  expect((await ask({ model: 'fast' })).status).toBe(429)
})
