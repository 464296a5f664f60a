/** What a client is told that has used what it may. */
import { GatewayError } from '../../errors.ts'
import type { Charge, Refusal } from '../../table/charges.ts'
import { formatReset, tellRateLimits } from './rate-limit-headers.ts'

/** 429 in OpenAI's words: which limit, and when to come again. */
export function overLimit(charges: readonly Charge[], verdict: Refusal): GatewayError {
  const { retryAfterMs, refusedBy, standings } = verdict
  const charge = charges[refusedBy]
  const standing = standings[refusedBy]
  if (charge === undefined || standing === undefined) throw new Error(`no charge ${refusedBy} was refused`)
  const headers: Record<string, string> = {}
  tellRateLimits(headers, charges, standings)
  const ever = Number.isFinite(retryAfterMs)
  if (ever) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
  // OpenAI's own clients ask again after every 429 but for this.
  if (!ever || charge.kind === 'budget') headers['x-should-retry'] = 'false'
  const again = ever ? ` Try again in ${formatReset(retryAfterMs)}.` : ''
  const [whose, unit] = [holderOf(charge.key), charge.key.slice(charge.key.lastIndexOf(':') + 1)]
  switch (charge.kind) {
    case 'rate': {
      const { count, windowMs } = charge.limit
      const used = count - standing.remaining
      const limit = `limit ${count} in ${formatReset(windowMs)}, used ${used}, requested ${charge.amount}`
      const head = ever ? 'Rate limit reached' : 'Request too large'
      return new GatewayError('rate_limit_exceeded', `${head} for ${whose} on ${unit}: ${limit}.${again}`, {
        type: unit,
        headers,
      })
    }
    case 'lease':
      return new GatewayError(
        'rate_limit_exceeded',
        `Too many requests at once for ${whose}: limit ${charge.limit}.${again}`,
        { type: 'requests', headers },
      )
    case 'budget':
      break
  }
  const left = `limit ${inUsd(charge.limit, Math.floor)} USD a ${charge.period.per}, left ${inUsd(standing.remaining, Math.floor)}`
  const wanted = charge.amount > 1 ? `, this request may cost ${inUsd(charge.amount, Math.ceil)}` : ''
  const head = standing.remaining < 1 ? 'is used up' : 'does not cover this request'
  return new GatewayError('insufficient_quota', `The budget of ${whose} ${head}: ${left}${wanted}.`, {
    headers,
  })
}

/** `client:crew:requests` → ``client `crew` ``. Of addresses only the own is ever told. */
function holderOf(key: string): string {
  const [kind = '', name = ''] =
    /^([a-z]+):(.*?):(?:requests|tokens|concurrent|usd:\w+)$/.exec(key)?.slice(1) ?? []
  return kind === 'address' ? 'this address' : `${kind} \`${name}\``
}

/** To a millionth: what is left rounded down and what is wanted up, so that they never look alike. */
function inUsd(nano: number, round: (millionths: number) => number): string {
  return String(round(nano / 1000) / 1e6)
}
