import { describe, expect, it } from 'vitest'
import { minuteOfWeek } from '../../../../src/pipeline/classify/minute-of-week.ts'

describe('minuteOfWeek', () => {
  it.each([
    { zone: 'UTC', at: '2026-11-16T00:00:00Z', minute: 0 }, // a Monday
    { zone: 'UTC', at: '2026-11-16T00:00:59Z', minute: 0 },
    { zone: 'UTC', at: '2026-11-22T23:59:00Z', minute: 10_079 },
    { zone: 'Europe/Berlin', at: '2026-11-15T23:30:00Z', minute: 30 },
    { zone: 'Europe/Berlin', at: '2026-07-05T22:30:00Z', minute: 30 }, // summer time
    { zone: 'America/Los_Angeles', at: '2026-11-16T07:59:00Z', minute: 10_079 },
    { zone: 'Asia/Kolkata', at: '2026-11-16T00:00:00Z', minute: 330 },
  ])('$at in $zone is $minute', ({ zone, at, minute }) => {
    expect(minuteOfWeek(zone, Date.parse(at))).toBe(minute)
  })
})
