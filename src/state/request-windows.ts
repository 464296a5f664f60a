/**
 * What alerts ask of requests: rates and percentiles over the last minutes. Each window is a ring of slices, so it is the
 * last while give or take a thirtieth, and its cost does not grow with traffic. Percentiles are right to one in a hundred.
 */
import type { Sql, SqlRow } from '../ports.ts'
import type { RequestMeasure } from '../table/alert-policy.ts'
import type { WindowReading } from '../table/alert-status.ts'
import type { PackedValue, RECORD_COLUMNS } from '../table/packed-records.ts'
import type { FailedAttempt } from '../table/request-record.ts'
import { isGone } from './failed-requests.ts'
import type { Observe } from './usage-book.ts'

type Column = (typeof RECORD_COLUMNS)[number]
type Value = (column: Column) => PackedValue

/** So many of them at most, the newest: a window of a day need not be whole at once after a start. */
const MOST_PAST = 50_000
/** Records are found by when their requests began. */
const LONGEST_REQUEST_MS = 3_600_000

export interface RequestWindows {
  /** Of a record that was kept for the first time. */
  observe: Observe
  /**
   * Begins to count for what was not asked before, from the records that are kept, and ends for what is not asked any more.
   * @param now Unix ms
   */
  read: (measures: readonly RequestMeasure[], now: number) => WindowReading[]
}

/** What createRequestWindows() begins with. */
export function recordsSince(sql: Pick<Sql, 'rows'>, since: number): SqlRow[] {
  return sql.rows(
    `SELECT client, rule, asked, model, backend, status, error, failures, estimated, input, cached_input,
      first_token_ms, started_at, ended_at FROM records WHERE started_at >= ? ORDER BY started_at DESC LIMIT ?`,
    since - LONGEST_REQUEST_MS,
    MOST_PAST,
  )
}

interface Window {
  observe: Observe
  read: (now: number) => WindowReading
}

interface Slice {
  /** Which while it is about, counted in slices since 1970. */
  number: number
  requests: number
  part: number
  whole: number
  /** How many took about so long; empty where durations are not asked for. */
  times: Uint32Array
}

const SLICES = 30
/** What is further ahead of now was counted before the clock was set back. */
const MOST_AHEAD_MS = 60_000
/** Durations are counted in steps that grow by so much. */
const GROWTH = Math.log(1.02)
/** Up to some 38 hours. */
const STEPS = 950
const PERCENTILE = 0.95
/** Failures of an attempt that say nothing of the backend: the request was at fault, or the gateway's own queue full. */
const NOT_ITS_FAULT: ReadonlySet<string> = new Set(['request', 'context', 'content-filter', 'busy'])

/** @param past records that ended since then (Unix ms), as rows of the columns */
export function createRequestWindows(past: (since: number) => readonly SqlRow[]): RequestWindows {
  let windows = new Map<string, Window>()
  return {
    observe(value) {
      for (const window of windows.values()) window.observe(value)
    },
    read(measures, now) {
      const before = windows
      const fresh: Window[] = []
      let longest = 0
      windows = new Map(
        measures.map((measure) => {
          const key = JSON.stringify(measure)
          const known = before.get(key)
          if (known !== undefined) return [key, known]
          const window = createWindow(measure)
          fresh.push(window)
          longest = Math.max(longest, measure.overMs)
          return [key, window]
        }),
      )
      if (fresh.length > 0) {
        for (const row of past(now - longest)) {
          const value: Value = (column) => row[column] ?? null
          for (const window of fresh) window.observe(value)
        }
      }
      return measures.map(
        (measure) => windows.get(JSON.stringify(measure))?.read(now) ?? { value: null, requests: 0 },
      )
    },
  }
}

function createWindow({ kind, scope, overMs, atLeast }: RequestMeasure): Window {
  const sliceMs = overMs / SLICES
  const asksTimes = kind === 'p95' || kind === 'first-token'
  const ring: Slice[] = Array.from({ length: SLICES + 1 }, () => ({
    number: -1,
    requests: 0,
    part: 0,
    whole: 0,
    times: new Uint32Array(asksTimes ? STEPS : 0),
  }))
  const { clients, models, rules } = scope
  const backends = scope.backends && new Set(scope.backends)
  const isMeant = (value: Value): boolean =>
    (clients === null || clients.includes(String(value('client')))) &&
    (rules === null || rules.includes(String(value('rule')))) &&
    (models === null || models.includes(String(value('asked'))) || models.includes(String(value('model')))) &&
    // What was tried there and answered elsewhere counts for the error rate.
    (backends === null || kind === 'error-rate' || backends.has(String(value('backend'))))
  /** Null = it is older than what the ring holds. */
  const sliceAt = (at: number): Slice | null => {
    const number = Math.floor(at / sliceMs)
    const slice = ring[number % ring.length]
    if (slice === undefined || slice.number > number) return null
    if (slice.number < number) {
      empty(slice, number)
    }
    return slice
  }
  const take = (value: Value, counted: Counted | null): void => {
    if (counted === null) return
    const slice = sliceAt(Number(value('ended_at')))
    if (slice === null) return
    slice.requests += counted.requests ?? 1
    slice.part += counted.part ?? 0
    slice.whole += counted.whole ?? 0
    if (counted.ms !== undefined) slice.times[stepOf(counted.ms)]! += 1
  }
  return {
    observe(value) {
      if (isMeant(value)) take(value, count(kind, value, backends))
    },
    read(now) {
      for (const slice of ring) if (slice.number * sliceMs > now + MOST_AHEAD_MS) empty(slice, -1)
      const from = Math.floor(now / sliceMs) - SLICES
      const slices = ring.filter(({ number }) => number > from)
      const sum = (of: 'requests' | 'part' | 'whole'): number =>
        slices.reduce((total, slice) => total + slice[of], 0)
      const requests = sum('requests')
      if (requests < atLeast) return { value: null, requests }
      if (asksTimes) return { value: percentile(slices, requests), requests }
      const whole = sum('whole')
      return { value: whole === 0 ? null : (100 * sum('part')) / whole, requests }
    },
  }
}

function empty(slice: Slice, number: number): void {
  Object.assign(slice, { number, requests: 0, part: 0, whole: 0 })
  slice.times.fill(0)
}

interface Counted {
  /** One when left out. */
  requests?: number
  part?: number
  whole?: number
  ms?: number
}

/** Null = it does not count. */
function count(
  kind: RequestMeasure['kind'],
  value: Value,
  backends: ReadonlySet<string> | null,
): Counted | null {
  if (kind === 'error-rate') return backends === null ? outcome(value) : tries(value, backends)
  if (kind === 'cache-rate') {
    const input = Number(value('input'))
    // An estimate knows nothing of caches.
    if (input === 0 || Number(value('estimated')) === 1) return null
    return { part: Number(value('cached_input')), whole: input }
  }
  if (kind === 'first-token') {
    const first = value('first_token_ms')
    return first === null ? null : { ms: Number(first) }
  }
  if (value('error') !== null) return null
  return { ms: Number(value('ended_at')) - Number(value('started_at')) }
}

/** A fault of the client's is neither a success nor a failure. */
function outcome(value: Value): Counted | null {
  if (value('error') === null) return { part: 0, whole: 1 }
  return hasFailed(value) ? { part: 1, whole: 1 } : null
}

function hasFailed(value: Value): boolean {
  const status = Number(value('status'))
  return value('error') !== null && !isGone(value('error')) && (status < 400 || status >= 500)
}

/** What was tried at these backends, and what became of it. */
function tries(value: Value, backends: ReadonlySet<string>): Counted | null {
  const failures = value('failures')
  const there = (failures === null ? [] : (JSON.parse(String(failures)) as FailedAttempt[])).filter(
    ({ backend, cause }) => backends.has(backend) && !NOT_ITS_FAULT.has(cause),
  )
  const answered = backends.has(String(value('backend')))
  const good = answered && value('error') === null ? 1 : 0
  // A stream that broke is no failed attempt: it had answered.
  const broken = answered && there.length === 0 && hasFailed(value) ? 1 : 0
  const whole = there.length + good + broken
  return whole === 0 ? null : { requests: whole, part: there.length + broken, whole }
}

function stepOf(ms: number): number {
  return ms <= 1 ? 0 : Math.min(STEPS - 1, Math.round(Math.log(ms) / GROWTH))
}

function percentile(slices: readonly Slice[], requests: number): number {
  const rank = Math.ceil(requests * PERCENTILE)
  let seen = 0
  for (let step = 0; step < STEPS; step += 1) {
    for (const { times } of slices) seen += times[step] ?? 0
    if (seen >= rank) return Math.round(Math.exp(step * GROWTH))
  }
  return Math.round(Math.exp((STEPS - 1) * GROWTH))
}
