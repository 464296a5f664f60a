/** What several nodes count together. */
import type { SecretRef } from './secret-ref.ts'

/** What happens to what can be counted only together with other nodes while nobody can be asked. */
export type FailureAnswer = 'open' | 'closed' | 'local-share'

/** Limits and budgets that several nodes count together, in Redis. */
export interface SharedState {
  url: SecretRef
  /** In front of every key. */
  prefix: string
  /** How many nodes share: what `local-share` divides by. */
  nodes: number
  onFailure: Record<'limits' | 'budgets' | 'leases', FailureAnswer>
}
