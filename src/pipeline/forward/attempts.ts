/** The one owner of repeated attempts: the targets of a model in their order, each at most once. */
import { GatewayError } from '../../errors.ts'
import type { Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'
import { heldLast } from './held-last.ts'
import { AttemptFailure } from './upstream-error.ts'
import { watchAttempt } from './watch-attempt.ts'

/**
 * Runs `attempt` on one target after another while it fails in a way that another target may cure.
 * @throws GatewayError of the last attempt; anything else that is not an AttemptFailure at once
 */
export async function tryTargets<T>(exchange: Exchange, attempt: (target: Target) => Promise<T>): Promise<T> {
  let last: GatewayError | undefined
  for (const target of heldLast(exchange, exchange.targets)) {
    exchange.lease.move(target)
    try {
      return await watchAttempt(exchange, target, attempt)
    } catch (error) {
      if (!(error instanceof AttemptFailure)) throw error
      last = error.error
      exchange.ports.log({
        event: 'attempt-failed',
        correlationId: exchange.correlationId,
        client: exchange.clientName,
        model: exchange.modelName,
        backend: target.backend,
        cause: last.code,
      })
      if (error.cause === null) break
    }
  }
  throw last ?? new GatewayError('internal_error', `Model \`${exchange.modelName}\` has no target.`)
}
