import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { startTries } from '../../../../src/pipeline/forward/attempts.ts'
import { ClientGone } from '../../../../src/pipeline/forward/client-gone.ts'
import { AttemptFailure } from '../../../../src/pipeline/forward/upstream-error.ts'
import { PLAIN_CAUSES } from '../../../../src/table/failure-causes.ts'
import { rejectionOf } from '../../error-of.ts'
import { createSlots } from '../../../../src/pipeline/forward/slots.ts'
import { makeBackend, makeModel } from '../../make-snapshot.ts'
import { type ExchangeFields, GPU, makeExchange, SPARE, type TestExchange } from './make-exchange.ts'

const off = new AttemptFailure(new GatewayError('upstream_unreachable', 'off'), 'connect')
const final = new AttemptFailure(new GatewayError('upstream_error', 'bad', { status: 400 }), null)
const defect = new TypeError('x is not a function')
const again = makeModel({ retry: { times: 1, backoffMs: 100, longestWaitMs: 1000, budgetPercent: 20 } })

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  // Waits are drawn from 0 up, and 0 would be none.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

interface Tried {
  exchange: TestExchange
  tried: string[]
  result: Promise<unknown>
}

/** Attempts with one outcome each: a failure to throw, or null to succeed. */
function attempt(outcomes: (Error | null)[], fields: ExchangeFields = {}): Tried {
  const exchange = makeExchange({}, fields)
  const tried: string[] = []
  const trying = startTries(exchange, Date.now() + 60_000).run(async (target) => {
    const outcome = outcomes[tried.length] ?? null
    tried.push(target.backend)
    if (outcome !== null) throw outcome
    return `from ${target.backend}`
  })
  return { exchange, tried, result: trying.catch((error: unknown) => error) }
}

const failed = (backend: string, cause: string): object => ({
  event: 'attempt-failed',
  correlationId: 'test-1',
  client: 'crew',
  model: 'safe',
  backend,
  cause,
})

describe('the tries of a request', () => {
  it.each([
    { name: 'the first answers', outcomes: [null], tried: ['gpu'], events: [], result: 'from gpu' },
    {
      name: 'the second answers',
      outcomes: [off, null],
      tried: ['gpu', 'spare'],
      events: [failed('gpu', 'upstream_unreachable')],
      result: 'from spare',
      says: 'gpu/coder connect',
    },
    {
      name: 'none answers',
      outcomes: [off, off],
      tried: ['gpu', 'spare'],
      events: [failed('gpu', 'upstream_unreachable'), failed('spare', 'upstream_unreachable')],
      result: off.error,
      says: 'gpu/coder connect, spare/small connect',
    },
    {
      name: 'the request is at fault',
      outcomes: [final],
      tried: ['gpu'],
      events: [failed('gpu', 'upstream_error')],
      result: final.error,
      says: 'gpu/coder request',
    },
    { name: 'the gateway is at fault', outcomes: [defect], tried: ['gpu'], events: [], result: defect },
    {
      name: 'the time of the request is up',
      outcomes: [new GatewayError('upstream_timeout', 'late')],
      tried: ['gpu'],
      events: [],
      result: new GatewayError('upstream_timeout', 'late'),
    },
  ])('$name', async ({ outcomes, tried, events, result, says }) => {
    const run = attempt(outcomes)
    expect(await run.result).toEqual(result)
    expect(run.tried).toEqual(tried)
    expect(run.exchange.ports.events).toEqual(events)
    expect(run.exchange.answerHeaders['x-aicc-attempts']).toBe(String(tried.length))
    expect(run.exchange.answerHeaders['x-aicc-failed']).toBe(says)
    expect(run.exchange.journey).toMatchObject({ attempts: tried.length, target: { backend: tried.at(-1) } })
  })

  it('refuses a model without targets', async () => {
    const exchange = makeExchange({}, { pool: [] })
    expect(await rejectionOf(startTries(exchange, Date.now()).run(async () => 1))).toMatchObject({
      code: 'internal_error',
    })
  })

  it('tells an attempt what would be cured elsewhere', async () => {
    const fallback = [{ target: SPARE, on: PLAIN_CAUSES }]
    const exchange = makeExchange({}, { pool: [GPU], fallback })
    const asked = startTries(exchange, Date.now()).run(async (_, isCurable) => [
      isCurable('error'),
      isCurable('content-filter'),
    ])
    expect(await asked).toEqual([true, false])
  })

  it('waits before it asks again, and holds nobody meanwhile', async () => {
    const held: string[] = []
    const lease = {
      move: () => held.push('move'),
      rest: () => held.push('rest'),
      release: () => held.push('release'),
    }
    const { tried, result } = attempt([off, null], { pool: [GPU], model: again, lease })
    await vi.advanceTimersByTimeAsync(0)
    expect([tried, held]).toEqual([['gpu'], ['move', 'rest']])
    await vi.advanceTimersByTimeAsync(100)
    expect(await result).toBe('from gpu')
    expect(held).toEqual(['move', 'rest', 'move'])
  })

  it.each([
    { name: 'the client leaves', reason: new ClientGone() },
    { name: 'the time is up', reason: new GatewayError('upstream_timeout', 'late') },
  ])('waits no longer when $name', async ({ reason }) => {
    const { exchange, tried, result } = attempt([off, null], { pool: [GPU], model: again })
    await vi.advanceTimersByTimeAsync(0)
    exchange.client.abort(reason)
    expect(await result).toBe(reason)
    expect([tried, vi.getTimerCount()]).toEqual([['gpu'], 0])
  })

  it('asks nobody for a client that has left', async () => {
    const client = new AbortController()
    client.abort(new ClientGone())
    const { tried, result } = attempt([null], { client })
    expect(await result).toBeInstanceOf(ClientGone)
    expect(tried).toEqual([])
  })

  it('asks again only within the budget of the model', async () => {
    const retryBudget = { count: vi.fn<() => void>(), take: () => false }
    const { tried, result } = attempt([off, null], { pool: [GPU], model: again, retryBudget })
    expect(await result).toBe(off.error)
    expect(tried).toEqual(['gpu'])
    expect(retryBudget.count).toHaveBeenCalledOnce()
  })
})

describe('a backend that works on one request at once', () => {
  const one = makeBackend({ slots: { count: 1, queueSize: 1, queueWaitMs: 5000 } })
  const table = { backends: { gpu: one, spare: one } }
  const fields = (): ExchangeFields => ({ table, slots: createSlots(), pool: [GPU] })
  const occupy = ({ slots, snapshot }: TestExchange, backend = 'gpu'): (() => void) => {
    const slot = slots.take(snapshot.table, backend, 60_000)
    if (slot === null) throw new Error('no room')
    return slot.release
  }
  const busyOf = ({ slots }: TestExchange): number[] => Object.values(slots.counts()).map(({ busy }) => busy)

  it.each([
    { name: 'an answer', outcomes: [null], left: 1 },
    { name: 'a failure', outcomes: [off], left: 0 },
    { name: 'a fault of the request', outcomes: [final], left: 0 },
    { name: 'a defect', outcomes: [defect], left: 1 },
  ])('is held until the end of $name', async ({ outcomes, left }) => {
    const { exchange, result } = attempt(outcomes, fields())
    expect(busyOf(exchange)).toEqual([1])
    await result
    expect(busyOf(exchange)).toEqual([left])
    exchange.lease.release()
    expect(busyOf(exchange)).toEqual([0])
  })

  it('is passed over for another that has room', async () => {
    const slots = createSlots()
    const free = occupy(makeExchange({}, { table, slots }))
    const { exchange, tried, result } = attempt([null], { table, slots, pool: [GPU, SPARE] })
    expect(await result).toBe('from spare')
    expect(tried).toEqual(['spare'])
    expect(exchange.answerHeaders).toMatchObject({ 'x-aicc-attempts': '1' })
    expect(exchange.answerHeaders['x-aicc-queued']).toBeUndefined()
    free()
  })

  it('is waited for, and the wait is told', async () => {
    const slots = createSlots()
    const free = occupy(makeExchange({}, { table, slots }))
    const { exchange, tried, result } = attempt([null], { table, slots, pool: [GPU] })
    await vi.advanceTimersByTimeAsync(1200)
    expect([tried, exchange.journey.resting]).toEqual([[], true])
    free()
    expect(await result).toBe('from gpu')
    expect(exchange.journey).toMatchObject({ attempts: 1, resting: false, queuedMs: 1200 })
    expect(exchange.answerHeaders['x-aicc-queued']).toBe('1200')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is told when nobody has room in time', async () => {
    const slots = createSlots()
    const free = occupy(makeExchange({}, { table, slots }))
    const { exchange, tried, result } = attempt([null], { table, slots, pool: [GPU] })
    await vi.advanceTimersByTimeAsync(5000)
    expect(await result).toMatchObject({
      code: 'backend_busy',
      status: 429,
      options: { headers: { 'retry-after': '1' } },
    })
    expect(tried).toEqual([])
    expect(exchange.answerHeaders).toMatchObject({
      'x-aicc-failed': 'gpu/coder busy',
      'x-aicc-queued': '5000',
    })
    expect(exchange.ports.events).toEqual([failed('gpu', 'backend_busy')])
    free()
  })

  it('is not waited for where nobody may wait', async () => {
    const slots = createSlots()
    occupy(makeExchange({}, { table, slots }))
    const { result } = attempt([null], { table, slots, pool: [GPU], waitsInLine: false })
    expect(await result).toMatchObject({ code: 'backend_busy' })
  })

  it('is no reason to say anything else than what was said of the request', async () => {
    const slots = createSlots()
    occupy(makeExchange({}, { table, slots }), 'spare')
    const long = new AttemptFailure(new GatewayError('upstream_error', 'long', { status: 400 }), 'context')
    const fallback = [{ target: SPARE, on: PLAIN_CAUSES }]
    const { result } = attempt([long], { table, slots, pool: [GPU], fallback })
    await vi.advanceTimersByTimeAsync(5000)
    expect(await result).toBe(long.error)
  })

  it.each([
    { name: 'the client leaves', reason: new ClientGone() },
    { name: 'the time is up', reason: new GatewayError('upstream_timeout', 'late') },
  ])('is waited for no longer when $name', async ({ reason }) => {
    const slots = createSlots()
    const free = occupy(makeExchange({}, { table, slots }))
    const { exchange, result } = attempt([null], { table, slots, pool: [GPU] })
    await vi.advanceTimersByTimeAsync(100)
    exchange.client.abort(reason)
    expect(await result).toBe(reason)
    free()
    expect([busyOf(exchange), vi.getTimerCount(), exchange.journey.resting]).toEqual([[0], 0, false])
  })
})
