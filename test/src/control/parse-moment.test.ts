import { describe, expect, it } from 'vitest'
import { parseMoment } from '../../../src/control/parse-moment.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const HOUR = 3_600_000

describe('parseMoment', () => {
  it.each([
    { text: '30m', zone: 'UTC', moment: NOW - HOUR / 2 },
    { text: '24h', zone: 'UTC', moment: NOW - 24 * HOUR },
    { text: '7d', zone: 'UTC', moment: NOW - 168 * HOUR },
    { text: '2026-11-21', zone: 'UTC', moment: Date.UTC(2026, 10, 21) },
    { text: '2026-11-21', zone: 'Europe/Berlin', moment: Date.UTC(2026, 10, 20, 23) },
    { text: '2026-07-01', zone: 'Europe/Berlin', moment: Date.UTC(2026, 5, 30, 22) },
    { text: '2026-11-21', zone: 'America/New_York', moment: Date.UTC(2026, 10, 21, 5) },
    { text: '2026-11-21', zone: 'Asia/Kolkata', moment: Date.UTC(2026, 10, 20, 18, 30) },
    // Clocks there change at two in the morning of that day; midnight is still summer time.
    { text: '2026-11-01', zone: 'America/New_York', moment: Date.UTC(2026, 10, 1, 4) },
    { text: '2026-11-21T08:00Z', zone: 'UTC', moment: Date.UTC(2026, 10, 21, 8) },
    { text: '2026-11-21T08:00:30.5+01:00', zone: 'UTC', moment: Date.UTC(2026, 10, 21, 7, 0, 30, 500) },
  ])('$text in $zone', ({ text, zone, moment }) => {
    expect(parseMoment(text, NOW, zone)).toBe(moment)
  })

  it.each(['', '7', '7w', '-7d', '2026-02-30', '2026-13-01', '2026-11-21T08:00', '2026-11-21T25:00Z', 'now'])(
    'refuses %j',
    (text) => {
      expect(parseMoment(text, NOW, 'UTC')).toBeNull()
    },
  )
})
