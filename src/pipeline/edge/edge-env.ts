/** What the edge stage learns of a request and the later stages read from Hono's context. */
import type { ActiveSnapshot } from '../../table/active-snapshot.ts'
import type { Stopwatch } from '../stopwatch.ts'
import type { CheckBody } from './verify-signature.ts'
import type { RequestHead } from './request-head.ts'

export interface EdgeEnv {
  Variables: {
    correlationId: string
    /** The same as it may be logged, once somebody has looked at it. */
    shownId?: string
    head: RequestHead
    /** Runs since the request came. */
    stopwatch: Stopwatch
    snapshot: ActiveSnapshot
    client: string
    /** Undefined where the request is not signed, or has been checked as it has no body. */
    checkBody: CheckBody | undefined
    /** Headers of every answer, whoever makes it. Given at construction: setting them later costs more. */
    answerHeaders: Record<string, string>
  }
}
