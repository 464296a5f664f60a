/** The deadlines of a stream, and what bridges its silences. */
import { GatewayError } from '../../errors.ts'
import { dialectOf } from '../../protocols/dialect-of.ts'
import type { Check } from '../watch.ts'
import { ClientGone } from './client-gone.ts'
import type { Exchange } from './exchange.ts'
import type { StreamAnswer } from './stream-answer.ts'
import { AttemptFailure } from './upstream-error.ts'

const encoder = new TextEncoder()

/** What the watch needs to see of a stream in progress; times are Unix ms. */
export interface Flow {
  /** When the time of the whole request is up. */
  deadline: number
  attempt: AbortController
  /** Start of the attempt whose first content is awaited; null once it has come. */
  waitingSince: number | null
  /** When the backend last sent something, or the client last took something of the answer; comments do not count. */
  lastProgress: number
  /** Whether what the client was sent ends where an event ends. */
  aligned: () => boolean
  /** Nothing more comes but the last words. */
  ended: boolean
}

/**
 * The deadlines of a stream. Total and first token speak of the backend, as does a gap, unless it is
 * the client that takes nothing: that one is looked at to the very end, whatever else has failed.
 */
export function guardStream(exchange: Exchange, answer: StreamAnswer, flow: Flow): Check {
  const { timeouts, keepAliveMs } = exchange.model
  const { journey } = exchange
  // A deadline that is set between two looks lies at least this far ahead.
  const longestSleep = Math.min(timeouts.firstTokenMs, timeouts.idleMs, keepAliveMs || timeouts.idleMs)
  return (now) => {
    const due: [at: number, act: () => void][] = [
      [flow.deadline, () => exchange.client.abort(timedOut(`within ${timeouts.totalMs} ms`))],
    ]
    if (answer.waitingSince !== null) {
      const gone = (): void => {
        exchange.client.abort(new ClientGone())
        answer.cut(new ClientGone())
      }
      due.push([answer.waitingSince + timeouts.idleMs, gone])
    } else if (flow.waitingSince === null && !journey.resting) {
      const late = timedOut(`went on within ${timeouts.idleMs} ms`)
      due.push([flow.lastProgress + timeouts.idleMs, () => flow.attempt.abort(late)])
    }
    if (flow.waitingSince !== null && !journey.resting) {
      const late = new AttemptFailure(timedOut(`began within ${timeouts.firstTokenMs} ms`), 'timeout')
      due.push([flow.waitingSince + timeouts.firstTokenMs, () => flow.attempt.abort(late)])
    }
    const silent = keepAliveMs > 0 && answer.waitingSince === null && flow.aligned()
    if (silent && !flow.ended && !exchange.client.signal.aborted) {
      due.push([answer.lastTaken + keepAliveMs, () => keepAlive(exchange, answer)])
    }
    let wait = longestSleep
    for (const [at, act] of due) {
      if (at <= now) act()
      else wait = Math.min(wait, at - now)
    }
    return wait
  }
}

function keepAlive(exchange: Exchange, answer: StreamAnswer): void {
  if (!answer.committed) {
    answer.commit({
      ...exchange.answerHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-aicc-model': exchange.modelName,
    })
  }
  const { keepAlive: nothing } = dialectOf(exchange.route.surface)
  answer.write(encoder.encode(nothing)).catch((gone: unknown) => exchange.client.abort(gone))
}

function timedOut(what: string): GatewayError {
  return new GatewayError('upstream_timeout', `No answer ${what}.`)
}
