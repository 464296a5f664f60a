/**
 * Deployments of one name → one served model with its pool, fallbacks and timeouts.
 */
import type { ServedModelConfig, WeightedTargetConfig } from '../config/policy.ts'
import type { Deployment } from './deployments.ts'

export interface PooledTarget {
  target: string
  deployment: Deployment
}

export interface ModelOptions {
  /** `least-busy` or nothing said. */
  balance: 'round-robin' | 'least-busy'
  fallback: readonly string[]
}

/** Targets of a pool, each once, in order. */
export function poolOf(members: readonly PooledTarget[]): string[] {
  return [...new Set(members.map(({ target }) => target))]
}

/** `members` is not empty. */
export function toModel(
  members: readonly PooledTarget[],
  { balance, fallback }: ModelOptions,
): ServedModelConfig {
  const surfaces = new Set(members.map(({ deployment }) => deployment.surface))
  const surface = members[0]?.deployment.surface ?? null
  return {
    ...shared(members, balance),
    ...(fallback.length > 0 ? { fallback: [...fallback] } : {}),
    ...(surfaces.size === 1 && surface !== null ? { surfaces: [surface] } : {}),
  }
}

/** How the members share the work: by weight where one has any, by order where all have one. */
function shared(
  members: readonly PooledTarget[],
  balance: ModelOptions['balance'],
): Pick<ServedModelConfig, 'targets' | 'balance'> {
  const targets = poolOf(members)
  if (targets.length === 1) return { targets }
  if (members.some(({ deployment }) => deployment.weight !== null)) {
    return { targets: targets.map((target) => weighted(target, members)), balance: 'weighted' }
  }
  if (members.every(({ deployment }) => deployment.order !== null)) {
    const sorted = members.toSorted((a, b) => (a.deployment.order ?? 0) - (b.deployment.order ?? 0))
    return { targets: poolOf(sorted), balance: 'ordered' }
  }
  return balance === 'least-busy' ? { targets, balance } : { targets }
}

/** Weights are whole numbers from 1 up here; one part in a hundred is kept. */
function weighted(target: string, members: readonly PooledTarget[]): WeightedTargetConfig {
  const own = members.filter((member) => member.target === target)
  const sum = own.reduce((total, { deployment }) => total + (deployment.weight ?? 1), 0)
  const whole = members.every(({ deployment }) => Number.isInteger(deployment.weight ?? 1))
  return { target, weight: Math.min(1_000_000, Math.max(1, Math.round(whole ? sum : sum * 100))) }
}
