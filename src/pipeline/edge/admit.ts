/** The edge stage's middleware, in the order in which a request meets it. */
import type { Context, MiddlewareHandler, Next } from 'hono'
import { GatewayError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import type { ActiveSnapshot } from '../../table/active-snapshot.ts'
import { lookup } from '../../table/lookup.ts'
import type { Signing } from '../../table/signing.ts'
import type { Shadow } from '../route/shadow.ts'
import { startStopwatch } from '../stopwatch.ts'
import { authenticate } from './authenticate.ts'
import { capHeaders } from './cap-headers.ts'
import { checkFraming } from './check-framing.ts'
import { checkHost } from './check-host.ts'
import { correlationId } from './correlation-id.ts'
import { loggedId } from './logged-id.ts'
import type { EdgeEnv } from './edge-env.ts'
import type { FailedKeys } from './failed-keys.ts'
import { readHead } from './request-head.ts'
import type { SeenSignatures } from './seen-signatures.ts'
import { verifySignature } from './verify-signature.ts'

/** Digits of the digest that a header shows: enough to tell snapshots apart. */
const DIGEST_DIGITS = 12

/**
 * Gives every answer its correlation id, takes the snapshot this request will see to its end, and judges
 * the head. One middleware that waits for nothing once there is a snapshot: every link of Hono's chain
 * costs a promise and its turn of the queue.
 * @param shadow whose candidate may want to see headers of its own
 */
export function begin(ports: Ports, shadow: Pick<Shadow, 'headers'> | null): MiddlewareHandler<EdgeEnv> {
  return (c, next) => {
    c.set('stopwatch', startStopwatch())
    const { headers } = c.req.raw
    const snapshot = ports.snapshot()
    const head = readHead(headers, snapshot instanceof Promise ? [] : wantedHeaders(snapshot, shadow))
    const id = correlationId(head.correlationId)
    c.set('head', head)
    c.set('correlationId', id)
    c.set('answerHeaders', { 'x-correlation-id': id })
    const enter = (taken: ActiveSnapshot): Promise<void> => {
      c.set('snapshot', taken)
      checkHost(head.host, taken.hosts)
      checkFraming(head)
      capHeaders(head, taken.table.limits)
      return next()
    }
    if (!(snapshot instanceof Promise)) return enter(snapshot)
    return snapshot.catch(notReady).then((taken) => {
      // Only now it is known what rules ask for.
      c.set('head', readHead(headers, wantedHeaders(taken, shadow)))
      return enter(taken)
    })
  }
}

function wantedHeaders({ table }: ActiveSnapshot, shadow: Pick<Shadow, 'headers'> | null): readonly string[] {
  const { headers } = table.needs
  return shadow === null || shadow.headers.length === 0 ? headers : [...headers, ...shadow.headers]
}

function notReady(): never {
  throw new GatewayError('not_ready', 'The gateway has no policy yet. Try again shortly.', {
    headers: { 'retry-after': '1' },
  })
}

/** What is remembered from request to request. */
export interface AdmitMemory {
  failedKeys: FailedKeys
  seen: SeenSignatures
}

/** Wraps the router: a route that is forgotten here does not exist. */
export function requireKey(ports: Ports, { failedKeys, seen }: AdmitMemory): MiddlewareHandler<EdgeEnv> {
  return (c, next) => {
    const { keys, table } = c.get('snapshot')
    let identity
    try {
      identity = authenticate(c.get('head'), keys, Date.now())
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'invalid_api_key') {
        const address = ports.clientAddress(c.req.raw)
        const wait = failedKeys.book(address, table.limits.failedKeys, Date.now())
        if (wait !== null) {
          if (failedKeys.isNews(address, table.limits.failedKeys)) {
            ports.log({ event: 'keys-failing', correlationId: idOf(c), address })
          }
          throw new GatewayError('too_many_failed_keys', 'Too many wrong keys from this address.', {
            headers: { 'retry-after': String(wait) },
          })
        }
      }
      throw error
    }
    c.set('client', identity.client)
    if (identity.deprecated) {
      ports.log({
        event: 'key-deprecated',
        correlationId: idOf(c),
        client: identity.client,
        keyId: identity.keyId,
      })
    }
    const headers = c.get('answerHeaders')
    headers['x-aicc-digest'] = table.digest.slice(0, DIGEST_DIGITS)
    for (const [name, value] of identity.lifetimeHeaders) headers[name] = value
    const signing = lookup(table.clients, identity.client)?.signing ?? null
    if (signing === null) return next()
    return passSigned(c, next, { ports, seen, signing })
  }
}

function idOf(c: Context<EdgeEnv>): string {
  const id = c.get('correlationId')
  return loggedId(id, { isOwn: id !== c.get('head').correlationId, table: c.get('snapshot').table })
}

/** A request with a body is judged when that has been read; who reads it asks `checkBody`. */
async function passSigned(
  c: Context<EdgeEnv>,
  next: Next,
  { ports, seen, signing }: { ports: Ports; seen: SeenSignatures; signing: Signing },
): Promise<void> {
  const { raw } = c.req
  const client = c.get('client')
  const secret = lookup(c.get('snapshot').signingSecrets, client)
  if (secret === undefined) throw new Error(`the snapshot has no signing secret of ${client}`)
  const { method, headers } = raw
  const head = {
    method,
    path: ports.requestPath(raw),
    hasQuery: raw.url.includes('?'),
    timestamp: headers.get('x-aicc-timestamp'),
    nonce: headers.get('x-aicc-nonce'),
    signature: headers.get('x-aicc-signature'),
  }
  const check = verifySignature(head, { ...signing, client, secret, seen, now: Date.now })
  if (check === null) return next()
  if (method === 'POST') c.set('checkBody', check)
  // Any other body is read by nobody.
  else await check(new Uint8Array())
  return next()
}
