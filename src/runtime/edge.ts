/**
 * What both runtimes have in common: the app, the snapshot in memory, and the control socket's side
 * of the edge. Module memory is shared by all requests and atomic between awaits.
 */
import { createApp } from '../app.ts'
import { createHealth } from '../pipeline/forward/health.ts'
import { createSlots } from '../pipeline/forward/slots.ts'
import { createShadow, type Shadow } from '../pipeline/route/shadow.ts'
import type { Ports } from '../ports.ts'
import type { OutboxOptions } from '../state/outbox.ts'
import type { SharedLedgerOptions } from '../state/shared-ledger.ts'
import { activate, type ActiveSnapshot } from '../table/active-snapshot.ts'
import type { HealthReport } from '../table/health-report.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { HandedSnapshot } from '../table/snapshot.ts'
import { createAccounts } from './accounts.ts'
import { createPeers } from './peers.ts'

export interface EdgeOptions extends Omit<Ports, 'snapshot' | 'onClientGone' | 'ledger' | 'record'> {
  /**
   * The peer's `address:port`, where the runtime does not notice by itself that a client has gone: the
   * control process then watches the peers of requests in flight.
   */
  peerOf?: (request: Request) => string
  /** Asks the control process for the snapshot; only when none has been pushed yet. */
  pullSnapshot: () => Promise<HandedSnapshot>
  /** Hands a batch of records to the control process. */
  shipRecords: OutboxOptions['ship']
  /** The ledger that nodes share. */
  remoteLedger: SharedLedgerOptions['remote']
}

export interface Edge {
  fetch: (request: Request) => Promise<Response>
  /** The control socket: `PUT /snapshot`, `PUT /health`, `GET /status`, `GET /peers`, `POST /gone`; `PUT`, `GET`, `DELETE /shadow`; see also accounts.ts. Never reachable from the network. */
  control: (request: Request) => Promise<Response>
}

export function createEdge(options: EdgeOptions): Edge {
  const startedAt = Date.now()
  let active: ActiveSnapshot | null = null
  let inFlight = 0

  const bringIntoForce = ({ ledger, ...snapshot }: HandedSnapshot): ActiveSnapshot => {
    active = activate(snapshot)
    accounts.restore(ledger)
    return active
  }
  const pull = async (): Promise<ActiveSnapshot> => {
    const pulled = await options.pullSnapshot()
    // A push that came meanwhile is newer.
    return active ?? bringIntoForce(pulled)
  }
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    inFlight += 1
    try {
      return await work
    } finally {
      inFlight -= 1
    }
  }
  const peers = createPeers()
  const shadow = createShadow()
  const tell = (error: unknown): void =>
    options.log({ event: 'internal-error', correlationId: 'none', cause: String(error) })
  // Nobody waits for it, and Node ends over a rejection that nobody hears of.
  const defer: Ports['defer'] = (work) => options.defer(counted(work).catch(tell))
  const accounts = createAccounts({
    ship: options.shipRecords,
    remote: options.remoteLedger,
    table: () => active?.table ?? null,
    createPipe: options.createPipe,
    defer,
    deferUncounted: options.defer,
    inFlight: () => inFlight,
  })
  const ports: Ports = {
    ...options,
    onClientGone(request, act) {
      // Where peers are watched, request.signal would add nothing: it fires when a write fails, which is seen anyway.
      if (options.peerOf !== undefined) return peers.add(options.peerOf(request), act)
      request.signal.addEventListener('abort', act)
      return () => request.signal.removeEventListener('abort', act)
    },
    snapshot: () => active ?? pull(),
    defer,
    ledger: accounts.ledger,
    record: accounts.outbox.record,
  }
  const health = createHealth()
  const slots = createSlots()
  const app = createApp(ports, shadow, { health, slots })

  return {
    fetch: (request) => counted(Promise.resolve(app.fetch(request))),
    async control(request) {
      const { pathname } = new URL(request.url)
      if (request.method === 'PUT' && pathname === '/snapshot') {
        bringIntoForce((await request.json()) as HandedSnapshot)
        return new Response(null, { status: 204 })
      }
      if (request.method === 'PUT' && pathname === '/health') {
        health.learn((await request.json()) as Record<string, HealthReport>)
        return new Response(null, { status: 204 })
      }
      if (request.method === 'GET' && pathname === '/status') {
        return Response.json({
          digest: active?.table.digest ?? null,
          startedAt,
          inFlight,
          attempts: health.attempts(),
          held: active === null ? [] : health.unhealthy(active.table),
          slots: slots.counts(),
          records: accounts.outbox.counts(),
        })
      }
      if (request.method === 'GET' && pathname === '/peers') return Response.json(peers.list())
      if (request.method === 'POST' && pathname === '/gone') {
        peers.gone((await request.json()) as string[])
        return new Response(null, { status: 204 })
      }
      if (pathname === '/shadow') return controlShadow(request, shadow)
      return (await accounts.control(request)) ?? new Response(null, { status: 404 })
    },
  }
}

async function controlShadow(request: Request, shadow: Shadow): Promise<Response> {
  if (request.method === 'GET') return Response.json(shadow.report())
  if (request.method === 'PUT') shadow.set(((await request.json()) as { table: RouteTable }).table)
  else if (request.method === 'DELETE') shadow.set(null)
  else return new Response(null, { status: 405 })
  return new Response(null, { status: 204 })
}
