import { describe, expect, it } from 'vitest'
import { budgetPeriod } from '../../../../src/pipeline/meter/budget-period.ts'

const at = (text: string): number => Date.parse(text)

describe('the period of a budget', () => {
  it.each([
    ['day', 'UTC', '2026-11-21T00:00:00Z', '2026-11-21', '2026-11-22T00:00:00Z'],
    ['day', 'UTC', '2026-11-21T23:59:59.999Z', '2026-11-21', '2026-11-22T00:00:00Z'],
    ['month', 'UTC', '2026-12-31T23:00:00Z', '2026-12', '2027-01-01T00:00:00Z'],
    ['month', 'Europe/Berlin', '2026-12-31T23:00:00Z', '2027-01', '2027-01-31T23:00:00Z'],
    ['day', 'Europe/Berlin', '2026-11-21T22:59:59Z', '2026-11-21', '2026-11-21T23:00:00Z'],
    ['day', 'Europe/Berlin', '2026-11-21T23:00:00Z', '2026-11-22', '2026-11-22T23:00:00Z'],
    ['day of 23 hours', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', '2026-03-29T22:00:00Z'],
    ['day of 25 hours', 'Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25', '2026-10-25T23:00:00Z'],
    ['month with a change', 'America/New_York', '2026-03-01T05:00:00Z', '2026-03', '2026-04-01T04:00:00Z'],
    [
      'day before one that begins at one',
      'America/Havana',
      '2026-03-08T04:30:00Z',
      '2026-03-07',
      '2026-03-08T05:00:00Z',
    ],
    [
      'day that begins at one',
      'America/Havana',
      '2026-03-08T05:00:00Z',
      '2026-03-08',
      '2026-03-09T04:00:00Z',
    ],
    [
      'day before such a one in the east',
      'Africa/Cairo',
      '2026-04-23T21:30:00Z',
      '2026-04-23',
      '2026-04-23T22:00:00Z',
    ],
    ['day ahead of UTC', 'Pacific/Kiritimati', '2026-11-21T10:00:00Z', '2026-11-22', '2026-11-22T10:00:00Z'],
    ['day with half an hour', 'Asia/Kolkata', '2026-11-21T18:30:00Z', '2026-11-22', '2026-11-22T18:30:00Z'],
  ])('%s in %s at %s', (what, timeZone, now, name, endsAt) => {
    const per = what.startsWith('day') ? 'day' : 'month'
    expect(budgetPeriod(per, timeZone, at(now))).toEqual({ per, name, endsAt: at(endsAt) })
  })

  it('follows the clock back and forth', () => {
    const name = (now: string): string => budgetPeriod('day', 'UTC', at(now)).name
    expect(name('2026-11-21T12:00:00Z')).toBe('2026-11-21')
    expect(name('2026-11-20T12:00:00Z')).toBe('2026-11-20')
    expect(name('2026-11-22T12:00:00Z')).toBe('2026-11-22')
    expect(name('2026-11-22T00:00:00Z')).toBe('2026-11-22')
  })
})
