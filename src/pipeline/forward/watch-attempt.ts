/** One attempt, and what its end says of the target. */
import type { Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'
import type { AttemptEnd } from './health.ts'
import { AttemptFailure, NotServed, Starting } from './upstream-error.ts'

type Watched = Pick<Exchange, 'health' | 'pace' | 'snapshot' | 'model' | 'request'>

/** Makes the attempt and tells those who want to know how it ended; gives and throws what `attempt` does. */
export async function watchAttempt<T>(
  { health, pace, snapshot, model, request }: Watched,
  target: Target,
  attempt: (target: Target) => Promise<T>,
): Promise<T> {
  const endHealth = health.begin(snapshot.table, target)
  const endPace = model.balance === 'peak-ewma' ? pace.begin(target, request.stream) : null
  const end = (how: AttemptEnd): void => {
    endHealth(how)
    endPace?.(how)
  }
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
  if (error instanceof NotServed) return 'request'
  if (error instanceof Starting) return 'busy'
  return error.cause ?? 'request'
}
