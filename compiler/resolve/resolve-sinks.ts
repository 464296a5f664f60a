/**
 * Where bytes of requests may go besides their targets: traces and caches.
 */
import type { SecretRef } from '../../src/table/secret-ref.ts'
import type { TracePolicy } from '../../src/table/trace-policy.ts'
import type { TraceConfig, TraceSinkConfig } from '../config/trace.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveAddress } from './resolve-address.ts'
import { durationAt } from './resolve-context.ts'
import { resolveDestination } from './resolve-destination.ts'
import type { ResolvedSinks } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { zoneAt } from './unknown-name.ts'

const TRACE: Place = { file: 'policy', path: ['trace'] }

/** Where collectors take traces unless they say something else. */
const OTLP_PATH = '/v1/traces'

export function resolveTraceSinks(scope: Scope): ResolvedSinks['trace'] {
  return traceSinksOf(scope.policy.trace).map(({ config, at }) => {
    const address = resolveAddress({ url: config.url, whose: 'a trace sink', at: within(at, 'url') }, scope)
    return {
      zone: zoneAt(config.zone, within(at, 'zone'), scope),
      policy: toTracePolicy(config, address?.origin ?? null),
      at,
    }
  })
}

/** One or a list, each with its place. */
function traceSinksOf(trace: TraceConfig | undefined): { config: TraceSinkConfig; at: Place }[] {
  if (trace === undefined) return []
  if (!Array.isArray(trace)) return [{ config: trace, at: TRACE }]
  return trace.map((config, i) => ({ config, at: within(TRACE, i) }))
}

function toTracePolicy(config: TraceSinkConfig, origin: string | null): TracePolicy {
  const path = origin === null ? '' : pathOf(config.url)
  const shared = {
    url: (origin ?? '') + path,
    content: config.content ?? DEFAULTS.traceContent,
    environment: config.environment ?? null,
    backlog: config.backlog ?? DEFAULTS.traceBacklog,
  }
  if (config.sink === 'langfuse') {
    const { publicKey, secretKey } = config
    return {
      kind: 'langfuse',
      ...shared,
      publicKey: { env: publicKey.env },
      secretKey: { env: secretKey.env },
    }
  }
  const headers = Object.entries(config.headers ?? {}).map(([header, { env }]) => [
    header.toLowerCase(),
    { env },
  ])
  return {
    kind: 'otlp',
    ...shared,
    url: path === '' ? shared.url + OTLP_PATH : shared.url,
    headers: Object.fromEntries(headers) as Record<string, SecretRef>,
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
