import { describe, expect, it } from 'vitest'
import {
  parseByteSize,
  parseDateTime,
  parseDuration,
  parseMoneyRate,
  parseRate,
} from '../../../compiler/resolve/units.ts'

describe('parseDuration', () => {
  const rows: [string, number | null][] = [
    ['1ms', 1],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['10m', 600_000],
    ['0.5h', 1_800_000],
    ['576h', 2_073_600_000],
    ['0s', null],
    ['0.1ms', null],
    ['577h', null],
    [`${'9'.repeat(400)}h`, null],
  ]
  it.each(rows)('%s → %s', (text, ms) => {
    const parsed = parseDuration(text)
    expect(parsed.ok ? parsed.value : null).toBe(ms)
  })

  it('stays below what timers can hold', () => {
    const most = parseDuration('576h')
    expect(most.ok && most.value).toBeLessThan(2 ** 31)
  })
})

describe('parseByteSize', () => {
  const bounds = { min: 1, max: 2 ** 40, expected: 'less' }
  const rows: [string, number | null][] = [
    ['1B', 1],
    ['1kB', 1000],
    ['1KiB', 1024],
    ['1.5MiB', 1_572_864],
    ['1GB', 1_000_000_000],
    ['0B', null],
    ['99999GiB', null],
  ]
  it.each(rows)('%s → %s', (text, bytes) => {
    const parsed = parseByteSize(text, bounds)
    expect(parsed.ok ? parsed.value : null).toBe(bytes)
  })
})

describe('parseRate', () => {
  const rows: [string, number, number][] = [
    ['10/s', 10, 1000],
    ['10/min', 10, 60_000],
    ['5/h', 5, 3_600_000],
    ['200k/min', 200_000, 60_000],
    ['3M/day', 3_000_000, 86_400_000],
  ]
  it.each(rows)('%s', (text, count, windowMs) => expect(parseRate(text)).toEqual({ count, windowMs }))
})

describe('parseMoneyRate', () => {
  const rows: [string, number, string][] = [
    ['5/day', 5, 'day'],
    ['0.25/month', 0.25, 'month'],
  ]
  it.each(rows)('%s', (text, usd, per) => expect(parseMoneyRate(text)).toEqual({ usd, per }))
})

describe('parseDateTime', () => {
  const rows: [string, string | null][] = [
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2027-01-31T12:30Z', '2027-01-31T12:30:00.000Z'],
    ['2027-01-31T12:00:00+02:00', '2027-01-31T10:00:00.000Z'],
    ['2027-01-01T00:00:00+02:00', '2026-12-31T22:00:00.000Z'],
    ['2027-02-29', null],
    ['2027-02-30T00:00:00Z', null],
    ['2027-13-01', null],
    ['2027-00-10', null],
    ['2027-01-31T25:00:00Z', null],
  ]
  it.each(rows)('%s → %s', (text, iso) => {
    const ms = parseDateTime(text)
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(iso)
  })
})
