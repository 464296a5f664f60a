import { describe, expect, it } from 'vitest'
import { startTries } from '../../../../src/pipeline/forward/attempts.ts'
import { AttemptFailure } from '../../../../src/pipeline/forward/upstream-error.ts'
import { GatewayError } from '../../../../src/errors.ts'
import type { FailureCause } from '../../../../src/table/route-table.ts'
import { rejectionOf } from '../../error-of.ts'
import { makeBackend, makeModel } from '../../make-snapshot.ts'
import { makeExchange, type TestExchange } from './make-exchange.ts'

const WAKE = {
  by: { kind: 'packet', mac: '001122aabbcc', address: '127.0.0.1', port: 9 },
  startsWithinMs: 90_000,
} as const

const failure = (cause: FailureCause): AttemptFailure =>
  new AttemptFailure(new GatewayError('upstream_unreachable', 'gone'), cause)

interface Rig {
  exchange: TestExchange
  asked: string[]
  woken: string[]
  run: () => Promise<unknown>
}

/** `gpu` may sleep; the first attempts at it fail by these causes, and so does `spare`. */
function rig(causes: readonly FailureCause[], wakes: boolean | Error = true, retries = 0): Rig {
  const exchange = makeExchange(
    {},
    {
      table: { backends: { gpu: makeBackend({ wake: WAKE }), spare: makeBackend() } },
      model: makeModel({ retry: { times: retries, backoffMs: 1, longestWaitMs: 5, budgetPercent: 100 } }),
    },
  )
  const asked: string[] = []
  const woken: string[] = []
  const left = [...causes]
  exchange.ports.wake = (backend, { withinMs, signal }) => {
    woken.push(`${backend} ${withinMs} ${exchange.journey.resting} ${signal.aborted}`)
    return wakes instanceof Error ? Promise.reject(wakes) : Promise.resolve(wakes)
  }
  const run = (): Promise<unknown> =>
    startTries(exchange, Date.now() + 60_000).run(async ({ backend }) => {
      asked.push(backend)
      const cause = left.shift()
      if (cause !== undefined) throw failure(cause)
      return backend
    })
  return { exchange, asked, woken, run }
}

describe('a backend that sleeps', () => {
  it('is woken and asked again within the same attempt', async () => {
    const { exchange, asked, woken, run } = rig(['connect'])
    expect(await run()).toBe('gpu')
    expect([asked, woken]).toEqual([['gpu', 'gpu'], ['gpu 90000 true false']])
    expect([exchange.journey.attempts, exchange.journey.resting]).toEqual([1, false])
    expect(exchange.answerHeaders['x-aicc-failed']).toBeUndefined()
    expect(exchange.health.unhealthy(exchange.snapshot.table)).toEqual([])
  })

  it('is left for the next when it does not wake', async () => {
    const { exchange, asked, woken, run } = rig(['connect'], false)
    expect(await run()).toBe('spare')
    expect([asked, woken.length]).toEqual([['gpu', 'spare'], 1])
    expect(exchange.answerHeaders['x-aicc-failed']).toBe('gpu/coder connect')
  })

  it.each(['error', 'timeout', 'rate-limit', 'auth'] as const)(
    'is awake if it fails by %s',
    async (cause) => {
      const { asked, woken, run } = rig([cause])
      expect(await run()).toBe('spare')
      expect([asked, woken]).toEqual([['gpu', 'spare'], []])
    },
  )

  it('is waited for once by each request, retries included', async () => {
    const { asked, woken, run } = rig(['connect', 'connect', 'connect', 'connect', 'connect'], true, 2)
    await rejectionOf(run())
    expect(asked).toEqual(['gpu', 'gpu', 'spare', 'gpu', 'spare'])
    expect(woken).toHaveLength(1)
  })

  it('wakes nobody whose policy says nothing of it', async () => {
    const { asked, woken, run } = rig(['error', 'connect'])
    await rejectionOf(run())
    expect([asked, woken]).toEqual([['gpu', 'spare'], []])
  })

  it('is waited for no longer than its client waits', async () => {
    const { exchange, asked, run } = rig(['connect'], new Error('cut'))
    const reason = new GatewayError('upstream_timeout', 'time is up')
    const { wake } = exchange.ports
    exchange.ports.wake = (...args) => {
      exchange.client.abort(reason)
      return wake(...args)
    }
    expect(await rejectionOf(run())).toBe(reason)
    expect([asked, exchange.journey.resting]).toEqual([['gpu'], false])
  })
})
