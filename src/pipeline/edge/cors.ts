/** Cross-origin requests from browsers: closed unless the policy names the origin. */
import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import type { ActiveSnapshot } from '../../table/active-snapshot.ts'
import type { EdgeEnv } from './edge-env.ts'

const EXPOSED = [
  'x-correlation-id',
  'x-aicc-model',
  'x-aicc-backend',
  'x-aicc-rule',
  'x-aicc-digest',
  'x-aicc-lost',
  'x-aicc-estimated',
  'retry-after',
  'deprecation',
  'sunset',
]

/** One handler per snapshot: its origins never change. */
const handlers = new WeakMap<ActiveSnapshot, MiddlewareHandler>()

/** Answers preflights of allowed origins itself, before authentication: a preflight carries no key. */
export const corsFromPolicy: MiddlewareHandler<EdgeEnv> = (c, next) => {
  const snapshot = c.get('snapshot')
  const { origin } = c.get('head')
  if (origin === null || !snapshot.table.cors.origins.includes(origin)) return next()
  let handler = handlers.get(snapshot)
  if (handler === undefined) {
    const { origins, maxAgeSeconds } = snapshot.table.cors
    handler = cors({
      origin: origins,
      allowMethods: ['GET', 'POST'],
      exposeHeaders: EXPOSED,
      maxAge: maxAgeSeconds,
    })
    handlers.set(snapshot, handler)
  }
  c.res.headers.set('x-correlation-id', c.get('correlationId'))
  return handler(c, next)
}
