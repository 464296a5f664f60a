/**
 * Deployments of one name → one served model with its pool, fallbacks and timeouts.
 */
import type { ServedModelConfig, WeightedTargetConfig } from '../config/policy.ts'
import type { Deployment } from './deployments.ts'
import type { FallbackEntry } from './fallbacks.ts'
import { left, note, type Finding } from './finding.ts'

export interface PooledTarget {
  target: string
  deployment: Deployment
}

/** `routing_strategy`; `other` has no counterpart. */
export type Strategy = 'simple-shuffle' | 'least-busy' | 'peak-ewma' | 'other'

export interface ModelOptions {
  strategy: Strategy
  fallback: readonly FallbackEntry[]
  findings: Finding[]
}

/** Targets of a pool, each once, in order. */
export function poolOf(members: readonly PooledTarget[]): string[] {
  return [...new Set(members.map(({ target }) => target))]
}

/** `members` is not empty. */
export function toModel(
  members: readonly PooledTarget[],
  { strategy, fallback, findings }: ModelOptions,
): ServedModelConfig {
  const { after, ...pool } = shared(members, { strategy, findings })
  const all = [...after, ...fallback]
  const surfaces = new Set(members.map(({ deployment }) => deployment.surface))
  const surface = members[0]?.deployment.surface ?? null
  return {
    ...pool,
    ...(all.length > 0 ? { fallback: all } : {}),
    ...(surfaces.size === 1 && surface !== null ? { surfaces: [surface] } : {}),
  }
}

interface Shared extends Pick<ServedModelConfig, 'targets' | 'balance'> {
  /** Targets that are tried when none of the pool is left. */
  after: string[]
}

/** How the members share the work: by order where all have one, else as the strategy says. */
function shared(
  members: readonly PooledTarget[],
  { strategy, findings }: Pick<ModelOptions, 'strategy' | 'findings'>,
): Shared {
  const targets = poolOf(members)
  const leave = (name: 'weight' | 'order', why: string): void => {
    for (const { deployment } of members) {
      const value = deployment[name]
      if (value !== null) findings.push(left([...deployment.at, 'litellm_params', name], value, why))
    }
  }
  if (targets.length === 1) return { targets, after: [] }
  const orders = members.map(({ deployment }) => deployment.order)
  if (orders.every((order) => order !== null) && new Set(orders).size > 1) {
    leave('weight', '`order` decides here: there is one `balance` for all targets of a model')
    if (new Set(orders).size < orders.length) leave('order', SAME_ORDER)
    const sorted = members.toSorted((a, b) => (a.deployment.order ?? 0) - (b.deployment.order ?? 0))
    return { targets: poolOf(sorted), balance: 'ordered', after: [] }
  }
  if (orders.includes(null)) leave('order', '`balance: ordered` needs an `order` of each deployment')
  if (strategy === 'simple-shuffle') return byWeight(members, findings)
  leave('weight', 'only `simple-shuffle` asks for weights, there as well')
  return strategy === 'other' ? { targets, after: [] } : { targets, balance: strategy, after: [] }
}

const SAME_ORDER = 'deployments of one order do not take turns here: what is written first is tried first'

/** Where any has a weight, one without is given no work there unless all with one are down. */
function byWeight(members: readonly PooledTarget[], findings: Finding[]): Shared {
  const working = members.filter(({ deployment }) => (deployment.weight ?? 0) > 0)
  const targets = poolOf(working)
  if (targets.length === 0) return { targets: poolOf(members), after: [] }
  const rest = poolOf(members).filter((target) => !targets.includes(target))
  const after = rest.filter((target) => !target.endsWith('/*'))
  for (const { target, deployment } of members) {
    if (!rest.includes(target)) continue
    const at = [...deployment.at, 'litellm_params', 'weight']
    if (!after.includes(target)) {
      findings.push(
        left(
          [...deployment.at, 'model_name'],
          deployment.group,
          'only those with a weight serve: a fallback cannot take any name',
        ),
      )
      continue
    }
    findings.push(
      note(at, 'without a weight it gets work only when those with one are down: it is a fallback here'),
    )
  }
  if (targets.length === 1) return { targets, after }
  return { targets: targets.map((target) => weighted(target, working)), balance: 'weighted', after }
}

/** Weights are whole numbers from 1 up here; one part in a hundred is kept. */
function weighted(target: string, members: readonly PooledTarget[]): WeightedTargetConfig {
  const own = members.filter((member) => member.target === target)
  const sum = own.reduce((total, { deployment }) => total + (deployment.weight ?? 0), 0)
  const whole = members.every(({ deployment }) => Number.isInteger(deployment.weight))
  return { target, weight: Math.min(1_000_000, Math.max(1, Math.round(whole ? sum : sum * 100))) }
}
