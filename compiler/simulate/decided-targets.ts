import type { Decision } from '../../src/table/decision.ts'
import type { Target } from '../../src/table/route-table.ts'

/** All targets of a decision: the pool, then the fallback. None for a refusal. */
export function decidedTargets(decision: Decision): Target[] {
  if (decision.kind === 'refuse') return []
  return [...decision.pool.map(({ target }) => target), ...decision.fallback.map(({ target }) => target)]
}

/** `backend/model`. */
export function targetName({ backend, model }: Target): string {
  return `${backend}/${model}`
}
