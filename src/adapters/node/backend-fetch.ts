/** Backends over undici: one agent per backend, and no address but those of the edge's configuration. */
import { Agent, fetch } from 'undici'
import { type BackendFetch, BackendUnreachable, StaleConnection } from '../../ports.ts'
import type { BackendTls } from '../../table/backend-tls.ts'
import { createSharedLookup } from './shared-lookup.ts'

export interface NodeBackend {
  name: string
  origin: string
  tls: BackendTls | null
}

/** undici's own deadlines are off: the pipeline's apply, and a slow model is no failure. */
const NO_TIMEOUT = { headersTimeout: 0, bodyTimeout: 0 }
/**
 * Idle connections are kept no longer than that, whatever the backend offers (workerd keeps them 5 s): a host that lost
 * its power says nothing on them, and a new one finds that out within the time for connecting.
 */
const KEEP_IDLE = { keepAliveMaxTimeout: 5000 }
/** Codes of errors that came before a connection stood. */
const CONNECT_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  EHOSTUNREACH: 'its host is on no network that is reached from here',
  ENETUNREACH: 'its host is on no network that is reached from here',
  ENOTFOUND: 'no host has its name',
  EAI_AGAIN: 'nobody answers who knows its name',
  ETIMEDOUT: 'no connection came about in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
}

/** Codes of connections that died. */
const BROKEN_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** An agent, and how many connections it has opened. */
interface Dialer {
  agent: Agent
  opened: number
}

export function createNodeBackendFetch(backends: readonly NodeBackend[]): BackendFetch {
  const byName = new Map(backends.map((backend) => [backend.name, backend]))
  const dialers = new Map<string, Dialer>()
  const lookup = createSharedLookup()

  const dialerOf = (backend: NodeBackend, connectTimeoutMs: number): Dialer => {
    const key = `${backend.name} ${connectTimeoutMs}`
    let dialer = dialers.get(key)
    if (dialer === undefined) {
      const { ca = null, serverName = null } = backend.tls ?? {}
      const agent = new Agent({
        ...NO_TIMEOUT,
        ...KEEP_IDLE,
        connect: {
          timeout: connectTimeoutMs,
          lookup,
          ...(ca === null ? {} : { ca }),
          ...(serverName === null ? {} : { servername: serverName }),
        },
      })
      const made = { agent, opened: 0 }
      agent.on('connect', () => (made.opened += 1))
      dialers.set(key, made)
      dialer = made
    }
    return dialer
  }

  return async (name, request) => {
    const backend = byName.get(name)
    if (backend === undefined) throw new BackendUnreachable('it is not bound to this edge')
    const dialer = dialerOf(backend, request.connectTimeoutMs)
    const openedBefore = dialer.opened
    try {
      const response = await fetch(backend.origin + request.path, {
        method: request.method,
        // A compressed answer could not be scanned for events. (workerd asks for none by itself.)
        headers: { ...request.headers, 'accept-encoding': 'identity' },
        body: request.bytes ?? request.body,
        signal: request.signal,
        redirect: 'manual',
        dispatcher: dialer.agent,
      })
      return response
    } catch (error) {
      const code = codeOf(error)
      const words = CONNECT_ERRORS[code]
      if (words !== undefined) throw new BackendUnreachable(words)
      if (isBadPort(error)) throw new BackendUnreachable("Node's fetch speaks to no server on this port")
      // None was opened since, so it was one that had served before.
      if (BROKEN_ERRORS.has(code) && dialer.opened === openedBefore) {
        throw new StaleConnection(code, { cause: error })
      }
      throw error
    }
  }
}

/** Ports of other protocols, such as 6000 and 10080: the Fetch standard keeps browsers from them. */
function isBadPort(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.message === 'bad port'
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const first = cause instanceof AggregateError ? cause.errors[0] : cause
  return first instanceof Error && 'code' in first ? String(first.code) : ''
}
