/** The one owner of repeated attempts: who is asked, how often, and what the client is told of it. */
import { GatewayError } from '../../errors.ts'
import type { FailureCause, Target } from '../../table/route-table.ts'
import { kept } from '../kept.ts'
import type { Exchange } from './exchange.ts'
import { findRoom, noRoom, waitForRoom } from './find-room.ts'
import { noteSkipped } from './note-skipped.ts'
import { pause } from './pause.ts'
import { createPlan, type Failure, saysOfRequest } from './plan.ts'
import { whyUntold } from './translations.ts'
import { AttemptFailure } from './upstream-error.ts'
import { withWaking } from './wake.ts'
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
    onHeld: (target) => noteSkipped(journey, target, 'down'),
    mayRetry: () => retryBudget.take(modelName, model.retry),
    random: Math.random,
  })
  let failure: Failure | null = null
  /** What the client hears if nobody else is left. */
  let told: AttemptFailure | null = null
  const broke = (broken: AttemptFailure): void => {
    lease.rest()
    failure = broken
    told = broken
    if (journey.target === null) return
    const { error, cause } = broken
    noteFailure(exchange, journey.target, { error, cause, ms: Date.now() - journey.askedAt })
  }
  const tries: Tries = {
    broke,
    async run(attempt) {
      if (kept.exchange === exchange) kept.attempt = attempt
      for (;;) {
        const step = plan.next(failure, Date.now())
        if (step === null) break
        let target: Target | null
        if (step.kind === 'wait') {
          target = await waitForRoom(exchange, step.targets)
          if (target !== null) plan.took(target)
        } else {
          if (step.waitMs > 0) await rest(exchange, step.waitMs)
          target = findRoom(exchange, step.target) ? step.target : null
          if (target === null) noteSkipped(journey, step.target, 'full')
        }
        const untold = target === null ? null : whyUntold(target, exchange)
        const entering = target === null || untold !== null ? null : exchange.bill.enter(target)
        const over = entering instanceof Promise ? await entering : entering
        // Right before the attempt, with nothing to wait for in between: it looks no more at what has been.
        if (client.signal.aborted) throw client.signal.reason
        if (target === null) {
          if (step.kind === 'wait') {
            const full = new AttemptFailure(noRoom(exchange, step.targets), 'busy')
            for (const one of step.targets) noteFailure(exchange, one, full)
            if (!saysOfRequest(told?.cause ?? null)) told = full
          }
          failure = { cause: 'busy', retryAfterMs: null }
          continue
        }
        if (untold !== null) {
          lease.rest()
          const passedOver = new AttemptFailure(untold, null)
          noteFailure(exchange, target, passedOver)
          told ??= passedOver
          failure = { cause: 'busy', retryAfterMs: null, isLasting: true }
          continue
        }
        if (over !== null) {
          lease.rest()
          const full = new AttemptFailure(over, 'busy')
          noteFailure(exchange, target, full)
          if (!saysOfRequest(told?.cause ?? null)) told = full
          failure = { cause: 'busy', retryAfterMs: null, isLasting: true }
          continue
        }
        journey.attempts += 1
        journey.target = target
        journey.askedAt = Date.now()
        answerHeaders['x-aicc-attempts'] = String(journey.attempts)
        try {
          return await watchAttempt(exchange, target, (asked) =>
            withWaking(exchange, asked, () => attempt(asked, plan.answersTo)),
          )
        } catch (error) {
          stopwatch.go()
          if (!(error instanceof AttemptFailure)) throw error
          broke(error)
        }
      }
      throw told?.error ?? new GatewayError('internal_error', `Model \`${modelName}\` has no target.`)
    },
  }
  if (kept.exchange === exchange) kept.tries = tries
  return tries
}

/** @throws whatever aborted the client */
async function rest({ client, stopwatch, journey }: Exchange, waitMs: number): Promise<void> {
  stopwatch.stop()
  journey.resting = true
  try {
    await pause(waitMs, client.signal)
  } finally {
    journey.resting = false
    stopwatch.go()
  }
}

/** @param ms how long it was waited for */
function noteFailure(
  exchange: Exchange,
  { backend, model }: Target,
  { error, cause, ms = 0 }: { error: GatewayError; cause: FailureCause | null; ms?: number },
): void {
  const { answerHeaders, journey } = exchange
  journey.failures ??= []
  journey.failures.push({ backend, model, cause: cause ?? 'request', ms })
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
