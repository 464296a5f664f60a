/**
 * A backend that sleeps is no failure yet: an attempt that got no connection is made once more when the backend has been
 * woken. Its request waits meanwhile as it does in line: nothing but its `total` runs.
 */
import { lookup } from '../../table/lookup.ts'
import type { Target } from '../../table/route-table.ts'
import type { WakePolicy } from '../../table/wake-policy.ts'
import type { Exchange } from './exchange.ts'
import { AttemptFailure } from './upstream-error.ts'

/** @throws what `attempt` does; whatever aborted the client */
export async function withWaking<T>(
  exchange: Exchange,
  { backend }: Target,
  attempt: () => Promise<T>,
): Promise<T> {
  const { snapshot, journey, client } = exchange
  const wake = lookup(snapshot.table.backends, backend)?.wake ?? null
  if (wake === null) return attempt()
  try {
    return await attempt()
  } catch (error) {
    if (!(error instanceof AttemptFailure) || error.cause !== 'connect') throw error
    // Once is enough for one request: who falls asleep again meanwhile is not awake.
    if (journey.woken.includes(backend)) throw error
    journey.woken.push(backend)
    if (!(await isWoken(exchange, backend, wake))) throw error
  }
  if (client.signal.aborted) throw client.signal.reason
  return attempt()
}

async function isWoken(
  { ports, client: { signal }, journey, stopwatch }: Exchange,
  backend: string,
  { startsWithinMs }: WakePolicy,
): Promise<boolean> {
  stopwatch.stop()
  journey.resting = true
  try {
    return await ports.wake(backend, { withinMs: startsWithinMs, signal })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw error
  } finally {
    journey.resting = false
    stopwatch.go()
  }
}
