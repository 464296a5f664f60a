/** The calendar day or month in which money is counted, in the table's time zone. */
import type { BudgetPeriod } from '../../table/charges.ts'

interface Known {
  period: BudgetPeriod
  startsAt: number
}

/** By time zone, the last one of each kind: it holds for a day at least. */
const known: Record<BudgetPeriod['per'], Map<string, Known>> = { day: new Map(), month: new Map() }
const formats = new Map<string, Intl.DateTimeFormat>()

/** @param now Unix ms */
export function budgetPeriod(per: BudgetPeriod['per'], timeZone: string, now: number): BudgetPeriod {
  const last = known[per].get(timeZone)
  if (last !== undefined && last.startsAt <= now && now < last.period.endsAt) return last.period
  const [year = 0, month = 0, day = 0] = wallClock(timeZone, now)
  const date = [year, month, ...(per === 'day' ? [day] : [])].map((part) => String(part).padStart(2, '0'))
  const [start, end] =
    per === 'day'
      ? [midnight(timeZone, [year, month, day]), midnight(timeZone, [year, month, day + 1])]
      : [midnight(timeZone, [year, month, 1]), midnight(timeZone, [year, month + 1, 1])]
  const period: BudgetPeriod = { per, name: date.join('-'), endsAt: end }
  known[per].set(timeZone, { period, startsAt: start })
  return period
}

type Day = [year: number, month: number, day: number]

/** Unix ms at which the day begins there: its midnight, or the first moment after it that clocks show. */
function midnight(timeZone: string, [year, month, day]: Day): number {
  const asUtc = Date.UTC(year, month - 1, day)
  // The offset of the guess, then that of what comes out: they differ where clocks are changed between the two.
  const first = asUtc - offset(timeZone, asUtc)
  const second = asUtc - offset(timeZone, first)
  const isThere = second + offset(timeZone, second) === asUtc
  // Where clocks skip midnight, both are off by what they skip, one to each side or not at all.
  return isThere ? second : Math.max(first, second)
}

/** Ms by which clocks there are ahead of UTC. */
function offset(timeZone: string, at: number): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = wallClock(timeZone, at)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/** Year, month, day, hour, minute, second. */
function wallClock(timeZone: string, at: number): number[] {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return (['year', 'month', 'day', 'hour', 'minute', 'second'] as const).map((part) => parts.get(part) ?? 0)
}
