import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { startTries } from '../../../../src/pipeline/forward/attempts.ts'
import { ClientGone } from '../../../../src/pipeline/forward/client-gone.ts'
import { AttemptFailure } from '../../../../src/pipeline/forward/upstream-error.ts'
import { PLAIN_CAUSES } from '../../../../src/table/failure-causes.ts'
import { rejectionOf } from '../../error-of.ts'
import { makeModel } from '../../make-snapshot.ts'
import { type ExchangeFields, GPU, makeExchange, SPARE, type TestExchange } from './make-exchange.ts'

const off = new AttemptFailure(new GatewayError('upstream_unreachable', 'off'), 'connect')
const final = new AttemptFailure(new GatewayError('upstream_error', 'bad', { status: 400 }), null)
const defect = new TypeError('x is not a function')
const again = makeModel({ retry: { times: 1, backoffMs: 100, longestWaitMs: 1000, budgetPercent: 20 } })

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

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
