/** A place for the next attempt: of the targets one that has room, at once or after a wait in line. */
import { GatewayError } from '../../errors.ts'
import type { Target } from '../../table/route-table.ts'
import type { Exchange } from './exchange.ts'

/** Nobody waits for less: what is free again in a moment may be taken in that moment. */
const MIN_RETRY_S = 1
/** A line that moves so slowly may have been left by then. */
const MAX_RETRY_S = 300

/** Beyond the end of any request: a place is only ever lost by a defect. */
const SLACK_MS = 60_000

/** Takes a place at the target and holds it. @returns false = it works on as many requests as it may */
export function findRoom(exchange: Exchange, target: Target): boolean {
  const { slots, snapshot, lease } = exchange
  const slot = slots.take(snapshot.table, target.backend, ttlOf(exchange))
  if (slot === null) return false
  lease.move(target, slot)
  return true
}

/**
 * Waits in the lines of all targets and holds the first place that is free. Expects that none is held.
 * @returns whose place it is; null = there is no room in line, or the wait was in vain
 * @throws whatever aborted the client
 */
export async function waitForRoom(exchange: Exchange, targets: readonly Target[]): Promise<Target | null> {
  const { slots, snapshot, lease, client, clientName, waitsInLine, journey, stopwatch } = exchange
  if (!waitsInLine) return null
  const began = Date.now()
  const backends = targets.map(({ backend }) => backend)
  const options = { client: clientName, ttlMs: ttlOf(exchange), signal: client.signal }
  const waiting = slots.wait(snapshot.table, backends, options)
  if (waiting === null) return null
  stopwatch.stop()
  journey.resting = true
  try {
    const slot = await waiting
    const target = targets.find(({ backend }) => backend === slot?.backend)
    if (slot === null || target === undefined) return null
    lease.move(target, slot)
    return target
  } finally {
    journey.resting = false
    journey.queuedMs += Date.now() - began
    if (journey.queuedMs > 0) exchange.answerHeaders['x-aicc-queued'] = String(journey.queuedMs)
    stopwatch.go()
  }
}

/** What the client hears when none of the targets had room in time. */
export function noRoom({ slots, modelName }: Exchange, targets: readonly Target[]): GatewayError {
  const waitMs = slots.expectedWaitMs(targets.map(({ backend }) => backend))
  const seconds = Math.min(MAX_RETRY_S, Math.max(MIN_RETRY_S, Math.ceil(waitMs / 1000)))
  return new GatewayError(
    'backend_busy',
    `All backends of \`${modelName}\` that could be asked are working on as many requests as they may. Try again in ${seconds} s.`,
    { headers: { 'retry-after': String(seconds) } },
  )
}

function ttlOf({ model: { timeouts } }: Exchange): number {
  return timeouts.totalMs + timeouts.idleMs + SLACK_MS
}
