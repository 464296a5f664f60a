/** Fields of a query string, as the admin API reads them: each is as it should be, or a 400 says what it should be. */
import { GatewayError } from '../errors.ts'
import { parseMoment } from './parse-moment.ts'

/** A field's text; undefined = it is not there. */
export type QueryField = (name: string) => string | undefined

export function momentIn(
  query: QueryField,
  name: string,
  { now, timeZone }: { now: number; timeZone: string },
): number | null {
  const text = query(name)
  if (text === undefined) return null
  const moment = parseMoment(text, now, timeZone)
  if (moment !== null) return moment
  throw invalid(name, 'is such as 24h, 7d, 2026-11-21 or 2026-11-21T08:00Z')
}

export function oneOf<T extends string>(query: QueryField, name: string, known: readonly T[]): T | null {
  const text = query(name)
  if (text === undefined) return null
  const found = known.find((value) => value === text)
  if (found !== undefined) return found
  throw invalid(name, `is one of ${known.join(', ')}`)
}

/** @param bounds what it may be, both included */
export function wholeNumberIn(
  query: QueryField,
  name: string,
  { from, to }: { from: number; to: number },
): number | null {
  const text = query(name)
  if (text === undefined) return null
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= from && value <= to) return value
  throw invalid(name, `is a whole number from ${from} to ${to}`)
}

function invalid(name: string, what: string): GatewayError {
  return new GatewayError('invalid_field', `\`${name}\` ${what}`, { param: name })
}
