/**
 * How fast targets answer: a moving average of the time to first content that jumps up at once and comes down slowly
 * (peak EWMA). It fades when nothing is heard, so that a target that was slow once is asked again.
 */
import type { Target } from '../../table/route-table.ts'
import type { AttemptEnd } from './health.ts'
import { createSteadyClock } from './steady-clock.ts'

/** After so long an observation counts for a third. */
const FADES_MS = 10_000

/** A failure counts as an answer that took at least so long: else who refuses at once would be the fastest. */
const FAILURE_MS = 1000

interface Average {
  ms: number
  at: number
}

export interface Pace {
  /**
   * An attempt begins.
   * @param stream a stream's first content comes early, an answer that is not streamed comes whole: they do not compare
   * @returns to be called once, with how it ended
   */
  begin: (target: Target, stream: boolean) => (end: AttemptEnd) => void
  /** Ms until first content; null = never seen. */
  estimate: (target: Target, stream: boolean) => number | null
}

/** @param now ms */
export function createPace(now: () => number = Date.now): Pace {
  const clock = createSteadyClock(now)
  const averages = new Map<string, Average>()
  const faded = ({ ms, at }: Average): number => ms * Math.exp((at - clock()) / FADES_MS)
  const estimate: Pace['estimate'] = (target, stream) => {
    const average = averages.get(keyOf(target, stream))
    return average === undefined ? null : faded(average)
  }
  return {
    estimate,
    begin(target, stream) {
      const beganAt = clock()
      return (end) => {
        const at = clock()
        const known = estimate(target, stream)
        const took = tookMs(end, at - beganAt, known ?? 0)
        if (took === null) return
        const key = keyOf(target, stream)
        const last = averages.get(key)
        if (last === undefined || known === null || took >= known) {
          averages.set(key, { ms: took, at })
          return
        }
        const weight = Math.exp((last.at - at) / FADES_MS)
        averages.set(key, { ms: last.ms * weight + took * (1 - weight), at })
      }
    },
  }
}

/** What an attempt's end says of the target's pace; null = nothing. */
function tookMs(end: AttemptEnd, elapsedMs: number, known: number): number | null {
  switch (end) {
    case null:
    case 'request':
    case 'busy':
    case 'context':
    case 'content-filter':
      return null
    case 'answered':
      return elapsedMs
    case 'connect':
    case 'error':
    case 'rate-limit':
    case 'timeout':
    case 'auth':
      break
  }
  return Math.max(elapsedMs, 2 * known, FAILURE_MS)
}

function keyOf({ backend, model }: Target, stream: boolean): string {
  return `${stream ? 's' : 'w'}:${backend}/${model}`
}
