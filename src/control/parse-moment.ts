/** Moments as people write them. */

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000 }

/**
 * @param text `24h`, `7d` or `30m` ago, a day (`2026-11-21`: its beginning), or a time as ISO 8601 with its offset
 * @param zone IANA name: where a day begins
 * @returns Unix ms, null when it is none of these
 */
export function parseMoment(text: string, now: number, zone: string): number | null {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  if (count !== undefined) return now - Number(count) * (UNITS[unit] ?? 0)
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return startOfDay(text, zone)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? null : moment
}

/** Null when the calendar has no such day. */
function startOfDay(day: string, zone: string): number | null {
  const utc = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return null
  // What the clocks there show then tells the offset; asked again, as it may change between the two.
  const guess = utc - offsetAt(utc, zone)
  return utc - offsetAt(guess, zone)
}

/** Ms by which clocks there are ahead of UTC. */
function offsetAt(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment)
  const read = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value)
  const shown = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  )
  return shown - Math.floor(moment / 1000) * 1000
}
