/**
 * Hostile heads over raw sockets. Whatever comes, there is at most one request at the upstream for each
 * that was framed, nothing smuggled arrives, and the answer is a 4xx or a close, or a known leniency.
 */
import { describe, expect, it } from 'vitest'
import { CHUNKS, CONTENT_LENGTH, EARLY, TRANSFER_ENCODING } from './hostile/framing.ts'
import { HEADER_LINES, REQUEST_LINES } from './hostile/heads.ts'
import type { HostileHead } from './hostile/wire.ts'
import { askOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { rawExchange } from './harness/raw-exchange.ts'
import type { Listener } from './harness/raw-exchange.ts'
import { LENIENCIES } from './leniencies.ts'

const GROUPS: [string, readonly HostileHead[]][] = [
  ['Content-Length', CONTENT_LENGTH],
  ['Transfer-Encoding', TRANSFER_ENCODING],
  ['chunks', CHUNKS],
  ['a body after an early answer', EARLY],
  ['the request line', REQUEST_LINES],
  ['header lines', HEADER_LINES],
]
const LISTENERS: Listener[] = ['http', 'https']
/** How long workerd waits for a head; Node is set to the same. */
const HEAD_PATIENCE_MS = 25_000

const options = {
  models: { victim: {}, smuggled: {}, plain: {} },
  limits: { bodyTimeout: '1s', failedKeys: '100000/min' },
}

/** 501 and 505 say that a method or a version is not known; other 5xx would be failures of ours. */
function isRefusal(status: number): boolean {
  return (status >= 400 && status <= 499) || status === 501 || status === 505
}

/** Statuses of all answers in what came over the socket; interim ones are no answers. */
function statusesOf(received: string): number[] {
  const all = [...received.matchAll(/(?:^|\n|\}|\])HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]))
  return all.filter((status) => status >= 200 || status === 101)
}

describeRuntimes(options, (bench) => {
  describe.each(LISTENERS)('over %s', (over) => {
    describe.each(GROUPS)('%s', (_, heads) => {
      it.concurrent.each(heads)('$id', async ({ id, wire, legal, framed = 1 }) => {
        const mark = `${over}-${id}`
        const bytes = wire({ key: bench.gateway.clientKey, mark })
        const { received, closed } = await rawExchange(bench.gateway, { over, send: [bytes] })

        const reached = bench.upstream.requests.filter((r) => r.headers['x-correlation-id'] === mark)
        expect(reached.filter((r) => r.model === 'mock/smuggled')).toEqual([])
        expect(reached.length).toBeLessThanOrEqual(1)
        expect(reached.filter((r) => r.model !== 'mock/victim')).toEqual([])

        const statuses = statusesOf(received)
        expect(statuses.length).toBeLessThanOrEqual(framed)
        expect(statuses).not.toContain(101)
        const known = LENIENCIES.find((row) => row.id === id && row.runtime === bench.runtime)
        if (known) expect(statuses).toEqual(known.statuses)
        else if (legal !== true) {
          expect(statuses.filter((status) => !isRefusal(status))).toEqual([])
          expect(statuses.length > 0 || closed, 'an answer or a close').toBe(true)
        }
      })
    })
  })

  describe('a head that never ends', () => {
    it.concurrent.each(LISTENERS)(
      'is cut off over %s',
      async (over) => {
        const { received, closed } = await rawExchange(bench.gateway, {
          over,
          send: ['GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
          patienceMs: HEAD_PATIENCE_MS,
        })
        expect(closed || received.startsWith('HTTP/1.1 408 ')).toBe(true)
      },
      HEAD_PATIENCE_MS + 5000,
    )
  })

  it('pipelined requests are answered one by one, in order', async () => {
    const one = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const { received } = await rawExchange(bench.gateway, {
      send: [one('/health') + one('/v1/models') + one('/health')],
    })
    expect(statusesOf(received)).toEqual([200, 401, 200])
  })

  it('after all that it still serves', async () => {
    expect((await bench.client.chat(askOf('plain'))).status).toBe(200)
    expect(bench.gateway.output()).not.toMatch(/this is a bug|internal-error|connect\(\)/)
  })
})
