import type { Complexity } from '../../src/table/predicate.ts'

/** What is true of the world while a simulated request is judged. */
export interface World {
  /** Modes that are on. */
  modes: readonly string[]
  /** Backends held to be down. */
  down: readonly string[]
  /** Minutes since Monday 00:00 in the policy's time zone; null = now. */
  minuteOfWeek: number | null
  /** What the model answers that is asked how hard a request is; null = nothing of use. */
  classifier: Complexity | null
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** `fri 22:30` → minutes since Monday 00:00. Null for what is no such text. */
export function parseWeekTime(text: string): number | null {
  const [, day = '', hour, minute] = /^([a-z]{3}) ([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? []
  const index = DAYS.indexOf(day)
  return index === -1 ? null : (index * 24 + Number(hour)) * 60 + Number(minute)
}

/** Minutes since Monday 00:00 → `fri 22:30`. */
export function showWeekTime(minuteOfWeek: number): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = DAYS[Math.floor(minuteOfWeek / 1440) % 7] ?? ''
  return `${day} ${two(Math.floor(minuteOfWeek / 60) % 24)}:${two(minuteOfWeek % 60)}`
}
