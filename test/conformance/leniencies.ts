/**
 * Where a runtime is laxer than the RFC and we cannot mend it from within: hostile input that is
 * answered with something other than a refusal. Each row says why it is harmless. The suite holds every
 * row to be exact, so one that is no longer needed fails.
 */
import type { Runtime } from './harness/start-gateway.ts'

export interface Leniency {
  id: string
  runtime: Runtime
  /** Statuses of all answers to the case. */
  statuses: readonly number[]
  reason: string
}

export const LENIENCIES: readonly Leniency[] = []
