import { expect, it } from 'vitest'
import { retryAfter } from '../../../src/table/retry-after.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

it.each([
  { name: 'nothing', headers: {}, wait: null },
  { name: 'seconds', headers: { 'retry-after': '7' }, wait: 7000 },
  { name: 'a fraction of seconds', headers: { 'retry-after': '0.5' }, wait: 500 },
  { name: 'zero', headers: { 'retry-after': '0' }, wait: 0 },
  { name: 'a date', headers: { 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, wait: 30_000 },
  { name: 'a date that has passed', headers: { 'retry-after': 'Sat, 21 Nov 2026 11:59:00 GMT' }, wait: 0 },
  { name: 'milliseconds', headers: { 'retry-after-ms': '250', 'retry-after': '1' }, wait: 250 },
  { name: 'milliseconds that are none', headers: { 'retry-after-ms': 'x', 'retry-after': '1' }, wait: 1000 },
  { name: 'a negative number', headers: { 'retry-after': '-1' }, wait: null },
  { name: 'words', headers: { 'retry-after': 'soon: later' }, wait: null },
  { name: 'a year', headers: { 'retry-after': 'Nov 2026' }, wait: null },
])('reads $name', ({ headers, wait }) => {
  expect(retryAfter(new Headers(Object.entries(headers)), NOW)).toBe(wait)
})
