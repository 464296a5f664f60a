/**
 * The edge on Cloudflare: a wiring of its own. There is no control process, so the table is the one
 * that was bundled, secrets come from the Worker's bindings, and memory is per isolate.
 */
import { env, waitUntil } from 'cloudflare:workers'
import { createApp } from '../app.ts'
import { buildSnapshot, type Environment } from '../control/build-snapshot.ts'
import { routeTable } from '../generated/route-table.ts'
import { type BackendFetch, BackendUnreachable } from '../ports.ts'
import { requestPath } from '../pipeline/edge/request-path.ts'
import { createMemoryLedger } from '../state/memory-ledger.ts'
import { activate } from '../table/active-snapshot.ts'
import { lookup } from '../table/lookup.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { Snapshot } from '../table/snapshot.ts'

const bindings = env as unknown as Environment
// At start, so that a Worker that lacks a secret is refused at its upload and never takes a request.
const snapshot = activate(loadSnapshot(routeTable, bindings))

const app = createApp({
  snapshot: () => snapshot,
  backendFetch: createBackendFetch(routeTable),
  requestPath: (request) => requestPath(request.url),
  // Set by Cloudflare itself, whatever the client sends under that name.
  clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? 'unknown',
  onClientGone(request, act) {
    request.signal.addEventListener('abort', act)
    return () => request.signal.removeEventListener('abort', act)
  },
  defer: waitUntil,
  createPipe: () => new IdentityTransformStream(),
  // oxlint-disable-next-line no-console -- the log of this Worker
  log: (event) => console.log(JSON.stringify(event)),
  // Nobody there sends packets into a network at home.
  wake: () => Promise.resolve(false),
  // Nobody there whose modes could be switched.
  hook: () => Promise.resolve(null),
  // Of this isolate alone.
  ledger: createMemoryLedger(),
  // Nobody keeps records there: that is the control process's part.
  record: () => {},
})

const worker: ExportedHandler = { fetch: (request) => app.fetch(request) }
export default worker

/** @throws Error that names every secret or variable that is missing */
function loadSnapshot(table: RouteTable, environment: Environment): Snapshot {
  const hosts = (environment['AICC_HOSTS'] ?? '').split(',').map((host) => host.trim().toLowerCase())
  const names = [...table.listen.names.map((name) => name.toLowerCase()), ...hosts].filter(
    (name) => name !== '',
  )
  const result = buildSnapshot(table, environment, { hosts: names, modesOn: [] })
  const problems = [
    ...(result.ok ? [] : result.problems),
    ...(names.length > 0 ? [] : ['the variable AICC_HOSTS names no host to answer to']),
    ...impossibleBackends(table),
  ]
  if (!result.ok || problems.length > 0) throw new Error(problems.join('\n'))
  return result.snapshot
}

/** Cloudflare's fetch judges certificates by the public CAs and the URL's name; nothing else can be had. */
function impossibleBackends(table: RouteTable): string[] {
  return Object.entries(table.backends)
    .filter(([, { tls }]) => tls !== null && (tls.ca !== null || tls.serverName !== null))
    .map(
      ([name]) => `backend \`${name}\` has \`tls.ca\` or \`tls.serverName\`, which Cloudflare cannot honour`,
    )
}

/**
 * The only way out: the origins of the table. A connection that does not come about shows as a late
 * answer or a status 52x, so `connectTimeoutMs` has nothing to bound here.
 */
function createBackendFetch(table: RouteTable): BackendFetch {
  return async (name, request) => {
    const origin = lookup(table.backends, name)?.origin
    if (origin === undefined || origin === null)
      throw new BackendUnreachable('the table has no origin for it')
    return await fetch(origin + request.path, {
      method: request.method,
      // A compressed answer could not be scanned for events.
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.bytes ?? request.body,
      signal: request.signal,
      redirect: 'manual',
    })
  }
}
