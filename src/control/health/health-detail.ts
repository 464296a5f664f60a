/**
 * How each part of the gateway stands, found out when it is asked for. Since when a part is as it is, is known from the
 * first time on that somebody looked; of backends and the edge from themselves.
 */
import type { GatewayStatus } from '../gateway-status.ts'
import type { ShippingStatus } from '../shipping/trace-shipper.ts'

export type ComponentState = 'up' | 'down' | 'unknown'

export interface ComponentHealth {
  kind: 'edge' | 'database' | 'backend' | 'redis' | 'traces'
  /** Of a backend the policy's name, of traces the kind of the sink; else the kind. */
  name: string
  /** `unknown` = nobody has asked it yet. */
  state: ComponentState
  /** Of the last question, in ms; null = it did not answer, or is not asked. */
  latencyMs: number | null
  /** ISO 8601. */
  since: string
  /** What is wrong; null = nothing. */
  detail: string | null
}

export interface HealthDetail {
  /** `down` = no edge serves; `degraded` = some other part is down. */
  status: 'up' | 'degraded' | 'down'
  /** ISO 8601. */
  checkedAt: string
  components: ComponentHealth[]
}

export interface HealthSources {
  status: () => Pick<GatewayStatus, 'edge' | 'backends' | 'records'>
  /** Asks the edge; null = there is none. */
  edge: () => Promise<unknown> | null
  database: () => Promise<unknown>
  /** Null = the policy in force names none. */
  redis: () => Promise<unknown> | null
  /** By sink. */
  traces: () => Promise<ShippingStatus[]>
  /** Unix ms. */
  now: () => number
}

/** What has not answered by then is down. */
const ANSWER_WITHIN_MS = 2000

type Found = Omit<ComponentHealth, 'since'> & { since?: string }

export function createHealthCheck(sources: HealthSources): () => Promise<HealthDetail> {
  const known = new Map<string, { state: ComponentState; since: string }>()
  const { now } = sources

  const dated = (found: Found): ComponentHealth => {
    const key = `${found.kind} ${found.name}`
    const before = known.get(key)
    const since =
      found.since ?? (before?.state === found.state ? before.since : new Date(now()).toISOString())
    known.set(key, { state: found.state, since })
    return { ...found, since }
  }
  return async () => {
    const { edge, backends, records } = sources.status()
    const found = await Promise.all([
      edgeHealth(sources, edge),
      databaseHealth(sources, records.problem),
      redisHealth(sources),
      tracesHealth(sources),
    ])
    const components = [...found.flat(), ...backends.flatMap(backendHealth)].map(dated)
    const isDown = ({ state }: ComponentHealth): boolean => state === 'down'
    const worst = components.some(isDown) ? 'degraded' : 'up'
    return {
      status: components.some((one) => one.kind === 'edge' && isDown(one)) ? 'down' : worst,
      checkedAt: new Date(now()).toISOString(),
      components,
    }
  }
}

async function edgeHealth(
  { edge, now }: HealthSources,
  { state, uptimeSeconds }: GatewayStatus['edge'],
): Promise<Found[]> {
  const asked = edge()
  const answer = asked === null ? null : await timed(asked)
  const since = uptimeSeconds === null ? {} : { since: new Date(now() - uptimeSeconds * 1000).toISOString() }
  const base = { kind: 'edge', name: 'edge' } as const
  if (state !== 'running' || answer === null)
    return [{ ...base, state: 'down', latencyMs: null, detail: `it is ${state}` }]
  if ('problem' in answer) return [{ ...base, state: 'down', latencyMs: null, detail: answer.problem }]
  return [{ ...base, state: 'up', latencyMs: answer.ms, detail: null, ...since }]
}

async function databaseHealth({ database }: HealthSources, problem: string | null): Promise<Found[]> {
  const answer = await timed(database())
  const base = { kind: 'database', name: 'database' } as const
  const detail = 'problem' in answer ? answer.problem : problem
  const latencyMs = 'ms' in answer ? answer.ms : null
  return [{ ...base, state: detail === null ? 'up' : 'down', latencyMs, detail }]
}

async function redisHealth({ redis }: HealthSources): Promise<Found[]> {
  const asked = redis()
  if (asked === null) return []
  const answer = await timed(asked)
  const base = { kind: 'redis', name: 'redis' } as const
  if ('ms' in answer) return [{ ...base, state: 'up', latencyMs: answer.ms, detail: null }]
  return [{ ...base, state: 'down', latencyMs: null, detail: answer.problem }]
}

/** Sinks are not asked for this: what became of the last batch says how they stand. */
async function tracesHealth({ traces }: HealthSources): Promise<Found[]> {
  const sinks = await traces().catch(() => [])
  return sinks.map(({ sink, problem, shipped }) => {
    const calm = shipped > 0 ? 'up' : 'unknown'
    const state = problem === null ? calm : 'down'
    return { kind: 'traces', name: sink, state, latencyMs: null, detail: problem }
  })
}

function backendHealth({ name, health }: GatewayStatus['backends'][number]): Found[] {
  if (health === null) return []
  const { state, latencyMs, since, detail } = health
  return [{ kind: 'backend', name, state, latencyMs, since, detail }]
}

async function timed(asked: Promise<unknown>): Promise<{ ms: number } | { problem: string }> {
  const startedAt = performance.now()
  const { promise: late, resolve } = Promise.withResolvers<{ problem: string }>()
  const timer = setTimeout(
    () => resolve({ problem: `no answer within ${ANSWER_WITHIN_MS} ms` }),
    ANSWER_WITHIN_MS,
  )
  const answer = asked.then(
    () => ({ ms: Math.round((performance.now() - startedAt) * 10) / 10 }),
    (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
