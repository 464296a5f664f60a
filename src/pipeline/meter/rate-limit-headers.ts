/** What of its limits a client is told, in the form of OpenAI's headers. */
import type { Charge, Standing } from '../../table/charges.ts'

/** Of several limits of one kind the one with the least room is told. @param headers to which they are added */
export function tellRateLimits(
  headers: Record<string, string>,
  charges: readonly Charge[],
  standings: readonly Standing[],
): void {
  let requests: Standing | null = null
  let tokens: Standing | null = null
  for (let i = 0; i < charges.length; i += 1) {
    const charge = charges[i]!
    const standing = standings[i]
    if (charge.kind !== 'rate' || standing === undefined) continue
    if (charge.key.endsWith(':tokens')) tokens = lesser(tokens, standing)
    else if (charge.key.endsWith(':requests')) requests = lesser(requests, standing)
  }
  if (requests !== null) {
    headers['x-ratelimit-limit-requests'] = String(requests.limit)
    headers['x-ratelimit-remaining-requests'] = String(requests.remaining)
    headers['x-ratelimit-reset-requests'] = formatReset(requests.resetMs)
  }
  if (tokens !== null) {
    headers['x-ratelimit-limit-tokens'] = String(tokens.limit)
    headers['x-ratelimit-remaining-tokens'] = String(tokens.remaining)
    headers['x-ratelimit-reset-tokens'] = formatReset(tokens.resetMs)
  }
}

function lesser(least: Standing | null, standing: Standing): Standing {
  return least === null || standing.remaining < least.remaining ? standing : least
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
