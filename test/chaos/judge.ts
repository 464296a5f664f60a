/** What became of each request, against what the chaos did to backends and gateway at that time. */
import { SERVED_BY, type BackendName } from './chaos-policies.ts'
import type { Attempt, Request } from './callers.ts'
import type { FlappingBackend } from './flapping-backend.ts'

/** Something that was done to the gateway: connections that were open at some time of it may have broken. */
export interface Disturbance {
  what: 'edge killed' | 'control restarted' | 'edge replaced'
  /** Ms of `performance.now()`. */
  from: number
  to: number
}

export interface Verdict {
  /** Requests that were answered in full at last, and those that were not. */
  answered: number
  failed: number
  /** Answered in full, after attempts at backends that failed. */
  rescued: number
  /** Attempts that ended because of each disturbance: nobody listened, or an answer was under way. */
  brokenBy: Record<Disturbance['what'], { notTaken: number; underWay: number }>
  /** Ms from the first to the last connection that nobody took, of each disturbance. */
  deafMs: Record<Disturbance['what'], number[]>
  mostAttempts: number
  /** Requests that failed while nobody who may answer was well all the time, by status and code. */
  nobodyWell: Record<string, number>
  /** Streams that ended with an error frame because the backend that they came from broke them off. */
  brokenByBackend: number
  /** Streams that went on elsewhere, as they do once, and ended with an error frame when that broke as well. */
  brokenTwice: number
  /** Requests that failed while this process did not get to work, and with it no backend. */
  stalledHere: number
  /** What must not be: each in words. */
  lost: string[]
}

/** Between what was done and when it is felt: clocks of two processes, connections that linger. */
const MARGIN_MS = 300
/** An edge that was taken over ends its last answers after that; a client may begin a request on one of its connections. */
const TAKEN_OVER_MS = 30_000

export interface Witnesses {
  disturbances: readonly Disturbance[]
  backends: Readonly<Record<BackendName, Pick<FlappingBackend, 'wasWell'>>>
  /** Whether this process got to work at every moment from one time to the other. */
  wasAwake: (from: number, to: number) => boolean
}

export function judge(
  requests: readonly Request[],
  { disturbances, backends, wasAwake }: Witnesses,
): Verdict {
  const verdict: Verdict = {
    answered: 0,
    failed: 0,
    rescued: 0,
    brokenBy: {
      'edge killed': { notTaken: 0, underWay: 0 },
      'control restarted': { notTaken: 0, underWay: 0 },
      'edge replaced': { notTaken: 0, underWay: 0 },
    },
    deafMs: { 'edge killed': [], 'control restarted': [], 'edge replaced': [] },
    mostAttempts: 0,
    nobodyWell: {},
    brokenByBackend: 0,
    brokenTwice: 0,
    stalledHere: 0,
    lost: [],
  }
  const deaf = new Map<Disturbance, { from: number; to: number }>()
  const breakOf = (attempt: Attempt): Disturbance | undefined =>
    disturbances.find(({ what, from, to }) => {
      const felt = to + (what === 'control restarted' && isReset(attempt) ? TAKEN_OVER_MS : MARGIN_MS)
      return attempt.from <= felt && attempt.to >= from
    })
  const judgeAttempt = (attempt: Attempt, request: Request): void => {
    const { from, to, end, detail, backend, tries } = attempt
    const lost = (why: string): void => {
      const took = `${from.toFixed(0)} to ${to.toFixed(0)} ms`
      const last = disturbances.findLast((one) => one.from <= to)
      const after = last && `; last ${last.what}, ${last.from.toFixed(0)} to ${last.to.toFixed(0)} ms`
      verdict.lost.push(
        `${request.model}${request.stream ? ' stream' : ''}, ${took}, ${tries} tries, from ${backend}: ${end} ${detail}, ${why}${after ?? ''}`,
      )
    }
    if (end === 'whole') return
    if (end === 'odd') return lost('which may never be')
    if (end === 'broken') {
      const cause = breakOf(attempt)
      if (cause === undefined) return lost('and nobody touched the gateway')
      if (detail !== 'ECONNREFUSED') verdict.brokenBy[cause.what].underWay += 1
      else {
        verdict.brokenBy[cause.what].notTaken += 1
        const known = deaf.get(cause) ?? { from, to }
        deaf.set(cause, { from: Math.min(known.from, from), to: Math.max(known.to, to) })
      }
      return
    }
    if (!wasAwake(from, to)) {
      verdict.stalledHere += 1
      return
    }
    const own = backends[backend as BackendName] as Witnesses['backends'][BackendName] | undefined
    if (end === 'error-frame' && own?.wasWell(from, to) === false) {
      const ill = SERVED_BY[request.model].filter((name) => !backends[name].wasWell(from, to))
      if (request.model !== 'lasting') verdict.brokenByBackend += 1
      else if (ill.length > 1) verdict.brokenTwice += 1
      if (request.model !== 'lasting' || ill.length > 1) return
    }
    const well = SERVED_BY[request.model].filter((name) =>
      backends[name].wasWell(from - MARGIN_MS, to + MARGIN_MS),
    )
    if (well.length > 0) return lost(`though ${well.join(', ')} ${well.length === 1 ? 'was' : 'were'} well`)
    verdict.nobodyWell[detail] = (verdict.nobodyWell[detail] ?? 0) + 1
  }
  for (const request of requests) {
    const last = request.attempts.at(-1)!
    for (const attempt of request.attempts) judgeAttempt(attempt, request)
    verdict.mostAttempts = Math.max(verdict.mostAttempts, request.attempts.length)
    if (last.end !== 'whole') verdict.failed += 1
    else {
      verdict.answered += 1
      if (last.tries > 1) verdict.rescued += 1
    }
    if (last.end === 'broken') verdict.lost.push(`${request.model}: gave up after ${request.attempts.length}`)
  }
  for (const [{ what }, { from, to }] of deaf) verdict.deafMs[what].push(to - from)
  return verdict
}

/** Cut off at once and before anything came: nobody has seen the request. */
function isReset({ detail, backend, from, to }: Attempt): boolean {
  return detail === 'ECONNRESET' && backend === null && to - from < MARGIN_MS
}
