/** What of its limits a client is told, in the form of OpenAI's headers. */
import type { Charge, Standing } from '../../table/charges.ts'

/** Of several limits of one kind the one with the least room is told. */
export function rateLimitHeaders(
  charges: readonly Charge[],
  standings: readonly Standing[],
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const kind of ['requests', 'tokens'] as const) {
    let least: Standing | null = null
    for (const [i, charge] of charges.entries()) {
      const standing = standings[i]
      if (charge.kind !== 'rate' || standing === undefined || !charge.key.endsWith(`:${kind}`)) continue
      if (least === null || standing.remaining < least.remaining) least = standing
    }
    if (least === null) continue
    headers[`x-ratelimit-limit-${kind}`] = String(least.limit)
    headers[`x-ratelimit-remaining-${kind}`] = String(least.remaining)
    headers[`x-ratelimit-reset-${kind}`] = formatReset(least.resetMs)
  }
  return headers
}

/** `12ms`, `1s`, `6m0s`, `1h0m0s`; whole seconds from one second up, rounded up. */
export function formatReset(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const tail = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${tail}`
  return minutes > 0 ? `${minutes}m${tail}` : tail
}
