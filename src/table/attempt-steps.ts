/** The attempts of a request one after the other, as its record lets them be placed in time. */
import type { HistoryEntry } from './history.ts'
import type { FailedAttempt } from './request-record.ts'

export interface AttemptStep {
  /** Null = this is the one that answered. */
  failure: FailedAttempt | null
  /** Unix ms. Pauses between attempts are not recorded: starts are approximate, lengths exact. */
  startMs: number
  endMs: number
}

/** What failed, and places that were passed over; then the answer, if there was one. */
export function attemptSteps(entry: HistoryEntry): AttemptStep[] {
  const { failures, startedAt, endedAt, queuedMs } = entry
  let at = Math.min(endedAt, startedAt + (queuedMs ?? 0))
  const steps: AttemptStep[] = []
  for (const failure of failures) {
    const startMs = at
    at = Math.min(endedAt, at + Math.round(failure.ms))
    steps.push({ failure, startMs, endMs: at })
  }
  const asked = failures.filter(wasTried)
  const isAnswered = entry.backend !== null && entry.attempts > asked.length
  if (isAnswered) steps.push({ failure: null, startMs: at, endMs: endedAt })
  return steps
}

/** Places that were passed over stand among the failures as well. */
export function wasTried({ cause, ms }: FailedAttempt): boolean {
  return cause !== 'busy' && !(cause === 'request' && ms === 0)
}
