/** One attempt, and what its end says of the target. */
import type { Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'
import type { AttemptEnd } from './health.ts'
import { AttemptFailure } from './upstream-error.ts'

/** Makes the attempt and tells `exchange.health` how it ended; gives and throws what `attempt` does. */
export async function watchAttempt<T>(
  { health, snapshot }: Pick<Exchange, 'health' | 'snapshot'>,
  target: Target,
  attempt: (target: Target) => Promise<T>,
): Promise<T> {
  const end = health.begin(snapshot.table, target)
  try {
    const answer = await attempt(target)
    end('answered')
    return answer
  } catch (error) {
    end(endOf(error))
    throw error
  }
}

/** Whatever is no failure of the attempt's own (the client left, the request's time is up) says nothing. */
function endOf(error: unknown): AttemptEnd {
  if (!(error instanceof AttemptFailure)) return null
  return error.cause ?? 'request'
}
