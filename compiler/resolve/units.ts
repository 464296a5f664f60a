/**
 * Strings with units → numbers. The strings have passed `validate/`, so their form is known; their size is not.
 */

/** A number within its bounds, or the text of what it must be. */
export type Measured = { ok: true; value: number } | { ok: false; expected: string }

const DURATION_UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const SIZE_UNITS: Record<string, number> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** A timer of 2^31 ms or more would fire at once. */
const MAX_DURATION_MS = 24 * 24 * 3_600_000

/** Milliseconds, whole. `minMs` is the least that makes sense for the setting. */
export function parseDuration(text: string, minMs = 1): Measured {
  const value = Math.round(scale(text, DURATION_UNITS))
  if (value >= minMs && value <= MAX_DURATION_MS) return { ok: true, value }
  return { ok: false, expected: `from ${minMs === 1 ? '1ms' : `${minMs / 1000}s`} to 576h (24 days)` }
}

export interface ByteBounds {
  min: number
  max: number
  /** Both bounds in words. */
  expected: string
}

/** Bytes, whole. */
export function parseByteSize(text: string, { min, max, expected }: ByteBounds): Measured {
  const value = Math.round(scale(text, SIZE_UNITS))
  return value >= min && value <= max ? { ok: true, value } : { ok: false, expected }
}

const WINDOWS_MS: Record<string, number> = { s: 1000, min: 60_000, h: 3_600_000, day: 86_400_000 }

const MULTIPLES: Record<string, number> = { k: 1000, M: 1_000_000 }

/** `10/min` → ten in 60,000 ms; `200k/day` → 200,000 in 86,400,000 ms. */
export function parseRate(text: string): { count: number; windowMs: number } {
  const [amount = '', unit = ''] = text.split('/')
  const multiple = MULTIPLES[amount.slice(-1)] ?? 1
  return { count: Number.parseInt(amount, 10) * multiple, windowMs: WINDOWS_MS[unit] ?? 60_000 }
}

/** `5.50/day` → 5.5 USD per day. */
export function parseMoneyRate(text: string): { usd: number; per: 'day' | 'month' } {
  const [amount, unit] = text.split('/')
  return { usd: Number(amount), per: unit === 'month' ? 'month' : 'day' }
}

/** Unix milliseconds, or null for a day that is not in the calendar or a time that no clock shows. */
export function parseDateTime(text: string): number | null {
  const ms = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text)
  if (Number.isNaN(ms)) return null
  // Date.parse takes the 31st of February for the 3rd of March: the day must survive the way back.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day ? ms : null
}

function scale(text: string, units: Record<string, number>): number {
  const [, number, unit] = /^([0-9.]+)([A-Za-z]+)$/.exec(text) ?? []
  return Number(number) * (units[unit ?? ''] ?? Number.NaN)
}
