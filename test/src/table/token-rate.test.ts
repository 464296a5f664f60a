import { expect, it } from 'vitest'
import { tokenRate } from '../../../src/table/token-rate.ts'

it.each([
  { name: 'of all behind the first', outputTokens: 41, ms: 2000, firstTokenMs: 400, rate: 25 },
  { name: 'to a tenth', outputTokens: 8, ms: 4000, firstTokenMs: 1000, rate: 2.3 },
  { name: 'not of what is no stream', outputTokens: 41, ms: 2000, firstTokenMs: null, rate: null },
  { name: 'not of a single token', outputTokens: 1, ms: 2000, firstTokenMs: 400, rate: null },
  { name: 'not of what came at once', outputTokens: 41, ms: 400, firstTokenMs: 400, rate: null },
])('$name', ({ outputTokens, ms, firstTokenMs, rate }) => {
  expect(tokenRate({ outputTokens, firstTokenMs, startedAt: 1000, endedAt: 1000 + ms })).toBe(rate)
})
