/**
 * A time window of the week → minutes since Monday 00:00.
 */
import type { WeekWindow } from '../../src/table/predicate.ts'
import type { TimeWindowConfig } from '../config/rules.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from './resolve-context.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const DAY = 24 * 60
const WEEK = 7 * DAY

/** In order and apart from each other. Midnight as the end is the day's end; an end before the start is tomorrow's. */
export function resolveWindow(
  { from, to, days = [...DAYS] }: TimeWindowConfig,
  at: Place,
  { report }: ResolveContext,
): WeekWindow[] {
  const begin = minutes(from)
  const end = minutes(to) === 0 ? DAY : minutes(to)
  if (begin === end) {
    report('resolve/empty-range', `the window from ${quote(from)} to ${quote(to)} has no length`, {
      at,
      help: 'for whole days leave `time` out, or write from `00:00` to `00:00`',
    })
  }
  const length = end > begin ? end - begin : end - begin + DAY
  const windows = DAYS.flatMap((day, i) => {
    if (!days.includes(day)) return []
    const start = i * DAY + begin
    return start + length <= WEEK
      ? [{ start, end: start + length }]
      : [
          { start, end: WEEK },
          { start: 0, end: start + length - WEEK },
        ]
  })
  return merge(windows)
}

function minutes(time: string): number {
  const [hour, minute] = time.split(':')
  return Number(hour) * 60 + Number(minute)
}

function merge(windows: readonly WeekWindow[]): WeekWindow[] {
  const merged: WeekWindow[] = []
  for (const window of windows.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && window.start <= last.end) last.end = Math.max(last.end, window.end)
    else merged.push({ ...window })
  }
  return merged
}
