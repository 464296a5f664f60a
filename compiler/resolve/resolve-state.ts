/** Where limits and budgets are counted. */
import type { SharedState } from '../../src/table/shared-state.ts'
import type { PolicyFile } from '../config/policy.ts'
import { DEFAULTS } from './defaults.ts'

/** @returns null = each node counts by itself */
export function resolveState({ state }: PolicyFile): SharedState | null {
  if (state === undefined) return null
  const { url, nodes, prefix, onFailure } = state.redis
  return {
    url,
    nodes,
    prefix: prefix ?? DEFAULTS.redisPrefix,
    onFailure: { ...DEFAULTS.onFailure, ...onFailure },
  }
}
