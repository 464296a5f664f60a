/** How long who answered asks to be left alone: `retry-after-ms`, or Retry-After as seconds or as a date (RFC 9110 §10.2.3). */

/**
 * @param now Unix ms
 * @returns ms from `now`, at least 0; null when it says nothing that can be read
 */
export function retryAfter(headers: Pick<Headers, 'get'>, now: number): number | null {
  const exact = toNumber(headers.get('retry-after-ms'))
  if (exact !== null) return exact
  const written = headers.get('retry-after')
  const seconds = toNumber(written)
  if (seconds !== null) return seconds * 1000
  // `Date.parse` takes much for a date, a bare year among it; a date of HTTP has the time of day in it.
  const date = written?.includes(':') === true ? Date.parse(written) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}

function toNumber(text: string | null): number | null {
  return text !== null && /^\s*\d{1,12}(?:\.\d{1,6})?\s*$/.test(text) ? Number(text) : null
}
