/** The one owner of repeated attempts: who is asked, how often, and what the client is told of it. */
import { GatewayError } from '../../errors.ts'
import type { FailureCause, Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'
import { pause } from './pause.ts'
import { createPlan } from './plan.ts'
import { AttemptFailure } from './upstream-error.ts'
import { watchAttempt } from './watch-attempt.ts'

/**
 * Asks one target; what goes wrong with it is an AttemptFailure.
 * @param isCurable whether another target would be asked if this one failed by that
 */
export type Attempt<T> = (target: Target, isCurable: (cause: FailureCause) => boolean) => Promise<T>

/** The tries of one request: those that follow go on where the ones before ended. */
export interface Tries {
  /**
   * Runs `attempt` on one target after another while it fails in a way that another try may cure.
   * @throws GatewayError of the last attempt; whatever aborted the client; anything else that is not an AttemptFailure
   */
  run: <T>(attempt: Attempt<T>) => Promise<T>
  /** The target that run() came back with has broken since: that was the last failure. */
  broke: (failure: AttemptFailure) => void
}

/** @param deadline Unix ms at which the time of the whole request is up */
export function startTries(exchange: Exchange, deadline: number): Tries {
  const { modelName, model, retryBudget, health, snapshot, client, lease } = exchange
  const { journey, answerHeaders, stopwatch } = exchange
  if (model.retry.times > 0) retryBudget.count(modelName)
  const plan = createPlan({
    pool: exchange.pool,
    fallback: exchange.fallback,
    retry: model.retry,
    deadline,
    isHeld: (target) => health.isHeld(snapshot.table, target),
    mayRetry: () => retryBudget.take(modelName, model.retry),
    random: Math.random,
  })
  let last: AttemptFailure | null = null
  const broke = (failure: AttemptFailure): void => {
    last = failure
    if (journey.target !== null) noteFailure(exchange, journey.target, failure)
  }
  return {
    broke,
    async run(attempt) {
      for (;;) {
        const step = plan.next(last, Date.now())
        if (step === null) break
        if (step.waitMs > 0) await rest(exchange, step.waitMs)
        // Right before the attempt, with nothing to wait for in between: it looks no more at what has been.
        if (client.signal.aborted) throw client.signal.reason
        lease.move(step.target)
        journey.attempts += 1
        journey.target = step.target
        answerHeaders['x-aicc-attempts'] = String(journey.attempts)
        try {
          return await watchAttempt(exchange, step.target, (target) => attempt(target, plan.answersTo))
        } catch (error) {
          stopwatch.go()
          if (!(error instanceof AttemptFailure)) throw error
          broke(error)
        }
      }
      throw last?.error ?? new GatewayError('internal_error', `Model \`${modelName}\` has no target.`)
    },
  }
}

/** Waits, holding nobody meanwhile. @throws whatever aborted the client */
async function rest({ lease, client, stopwatch }: Exchange, waitMs: number): Promise<void> {
  lease.rest()
  stopwatch.stop()
  await pause(waitMs, client.signal)
  stopwatch.go()
}

function noteFailure(exchange: Exchange, { backend, model }: Target, { error, cause }: AttemptFailure): void {
  const { answerHeaders } = exchange
  const failed = `${backend}/${model} ${cause ?? 'request'}`
  const before = answerHeaders['x-aicc-failed']
  answerHeaders['x-aicc-failed'] = before === undefined ? failed : `${before}, ${failed}`
  exchange.ports.log({
    event: 'attempt-failed',
    correlationId: exchange.correlationId,
    client: exchange.clientName,
    model: exchange.modelName,
    backend,
    cause: error.code,
  })
}
