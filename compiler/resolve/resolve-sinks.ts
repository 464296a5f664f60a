/**
 * Where bytes of requests may go besides their targets: traces and caches.
 */
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveAddress } from './resolve-address.ts'
import { durationAt } from './resolve-context.ts'
import { resolveDestination } from './resolve-destination.ts'
import type { ResolvedSinks } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { zoneAt } from './unknown-name.ts'

export function resolveTraceSink(scope: Scope): ResolvedSinks['trace'] {
  const { trace } = scope.policy
  if (trace === undefined) return null
  const at: Place = { file: 'policy', path: ['trace'] }
  const address = resolveAddress({ url: trace.url, whose: 'a trace sink', at: within(at, 'url') }, scope)
  return {
    zone: zoneAt(trace.zone, within(at, 'zone'), scope),
    policy: {
      kind: trace.sink,
      url: address === null ? '' : address.origin + pathOf(trace.url),
      publicKey: { env: trace.publicKey.env },
      secretKey: { env: trace.secretKey.env },
      environment: trace.environment ?? null,
      backlog: trace.backlog ?? DEFAULTS.traceBacklog,
    },
    at,
  }
}

/** A backend without a path has `/v1`; a sink has what is written. */
function pathOf(url: string): string {
  return new URL(url).pathname.replace(/\/+$/, '')
}

export function resolveCacheSink(scope: Scope): ResolvedSinks['cache'] {
  const { cache } = scope.policy
  if (cache === undefined) return null
  const at: Place = { file: 'policy', path: ['cache'] }
  const embedAt = within(at, 'semantic', 'embed')
  const embed = cache.semantic ? resolveDestination(cache.semantic.embed, embedAt, scope) : undefined
  return {
    zone: zoneAt(cache.zone, within(at, 'zone'), scope),
    ttlMs: durationAt(cache.ttl, within(at, 'ttl'), scope),
    embed: embed === undefined ? null : { model: embed, at: embedAt },
    at,
  }
}
