/** Where in the week a moment lies, in the policy's time zone. */

const MINUTE_MS = 60_000
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

interface Clock {
  format: Intl.DateTimeFormat
  /** The minute that was asked for last, and what it was. */
  minute: number
  value: number
}

/** By time zone: a format costs far more to make than to use, and a minute has many requests. */
const clocks = new Map<string, Clock>()

/**
 * @param now Unix ms
 * @returns minutes since Monday 00:00
 */
export function minuteOfWeek(timeZone: string, now: number): number {
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    clock = { format, minute: Number.NaN, value: 0 }
    clocks.set(timeZone, clock)
  }
  const minute = Math.floor(now / MINUTE_MS)
  if (clock.minute !== minute) {
    clock.minute = minute
    clock.value = read(clock.format, now)
  }
  return clock.value
}

function read(format: Intl.DateTimeFormat, now: number): number {
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const day = DAYS.indexOf(parts.get('weekday') ?? '')
  return (day * 24 + Number(parts.get('hour'))) * 60 + Number(parts.get('minute'))
}
