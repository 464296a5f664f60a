import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nothingDelivered } from '../../../../src/adapters/tracing/deliver.ts'
import { tryTraceSink } from '../../../../src/control/doctor/try-trace-sink.ts'
import type { TraceDelivery, TraceServer } from '../../../../src/table/trace-sink.ts'
import type { OutgoingTrace } from '../../../../src/table/trace-text.ts'

let server: Server
let url = ''
/** What it has filed, answer by answer; the last one stays. */
let filed: { status: number; body: object }[] = []
let asked = 0

const NOTHING = { status: 200, body: { data: [] } }
const SPAN = { id: 'a', type: 'SPAN', startTime: new Date().toISOString() }
const THERE = { status: 200, body: { data: [SPAN] } }

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/api/public/health') {
      response.end('{"version":"4.16.0"}')
      return
    }
    asked += 1
    const { status, body } = (filed.length > 1 ? filed.shift() : filed[0]) ?? NOTHING
    response.writeHead(status).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

interface Tried {
  says: string[]
  help: string | null | undefined
  sent: readonly OutgoingTrace[]
  isClosed: boolean
}

async function tried(kind: 'langfuse' | 'otlp', delivery: Partial<TraceDelivery>): Promise<Tried> {
  const shared = { url, environment: null }
  const target: TraceServer =
    kind === 'langfuse'
      ? { kind, ...shared, publicKey: 'pk', secretKey: 'sk' }
      : { kind, ...shared, headers: {} }
  let sent: readonly OutgoingTrace[] = []
  let isClosed = false
  const findings = await tryTraceSink({
    server: target,
    digest: 'd1',
    // Long where it ends by itself.
    withinMs: filed.includes(THERE) ? 20_000 : 20,
    everyMs: 5,
    open: () => ({
      send(traces) {
        sent = traces
        return Promise.resolve({ ...nothingDelivered(), ...delivery })
      },
      close() {
        isClosed = true
        return Promise.resolve()
      },
    }),
  })
  const says = findings.map(
    ({ check, verdict, message }) =>
      `${check} ${verdict}: ${message.replaceAll(/[0-9a-f]{32}/g, 'ID').replaceAll(/\d+ s\b/g, 'SOME s')}`,
  )
  return { says, help: findings.at(-1)?.help, sent, isClosed }
}

const TAKEN: Partial<TraceDelivery> = { done: [1] }

describe('tryTraceSink', () => {
  it('finds what it sent once it is filed', async () => {
    filed = [NOTHING, { status: 404, body: {} }, THERE]
    asked = 0
    const { says, sent, isClosed } = await tried('langfuse', TAKEN)
    expect(says).toEqual(['read ok: it has the trace ID, tagged `aicc-doctor`, SOME s after it took it'])
    expect([asked, isClosed]).toEqual([3, true])
    expect(sent).toMatchObject([
      { surface: 'aicc doctor', tags: ['aicc-doctor'], digest: 'd1', attempts: 0, cost: null },
    ])
  })

  it.each<[string, typeof filed, string]>([
    [
      'a worker that is behind',
      [NOTHING],
      'it took the trace ID, tagged `aicc-doctor`, and does not show it SOME s later',
    ],
    [
      'keys that may not read',
      [{ status: 403, body: {} }],
      'it took the trace ID, tagged `aicc-doctor`, and cannot be asked for it: it refuses the keys (403)',
    ],
  ])('warns of %s', async (_, answers, says) => {
    filed = answers
    expect((await tried('langfuse', TAKEN)).says).toEqual([`read warn: ${says}`])
  })

  it.each<[string, Partial<TraceDelivery>, string, RegExp]>([
    ['the keys', { back: [1], problem: 'it refuses the keys (401)' }, 'it refuses the keys (401)', /wait/],
    [
      'an event, at the batch endpoint of a server that has none any more',
      { dead: [{ seq: 1, why: 'an event was refused with 400' }] },
      'an event was refused with 400',
      /version/,
    ],
    ['to say what became of it', { inDoubt: 1, problem: 'ECONNRESET' }, 'ECONNRESET', /twice/],
    ['a span', { done: [1], spansRefused: 1 }, 'it refuses its span', /wait/],
  ])('says that it refuses %s, and looks for nothing', async (_, delivery, why, help) => {
    asked = 0
    const found = await tried('langfuse', delivery)
    expect(found.says).toEqual([`send fail: it does not take a trace: ${why}`])
    expect(found.help).toMatch(help)
    expect([asked, found.isClosed]).toEqual([0, true])
  })

  it('asks no other sink for what it took', async () => {
    asked = 0
    const { says } = await tried('otlp', TAKEN)
    expect(says).toEqual([
      'send ok: it took the trace ID, called `aicc doctor`; whether it keeps it nobody can ask',
    ])
    expect(asked).toBe(0)
  })
})
