/** What a request comes to when it has ended: for the ledger, and for its record. */
import type { Charge } from '../../table/charges.ts'
import type { TokenUsage } from '../../table/request-record.ts'
import type { Price } from '../../table/usage-limits.ts'
import { costOf } from './estimate.ts'
import type { Places } from './places.ts'

/** What was used, and what it cost in nano-USD. */
export interface Spent {
  usage: TokenUsage
  cost: number
}

export const NOTHING_SPENT: Spent = {
  usage: { input: 0, cachedInput: 0, output: 0, source: 'estimate' },
  cost: 0,
}

export interface Billed {
  usage: TokenUsage
  /** The policy's; null = it has none. */
  price: Price | null
  /** What the backend says that it cost, in nano-USD: that counts where the policy has no price. */
  told: number | null
}

/** @param before by backends that broke off; null = by none */
export function spend(before: Spent | null, { usage, price, told }: Billed): Spent {
  const cost = price === null && told !== null ? told : costOf(price, usage)
  if (before === null) return { usage, cost }
  const first = before.usage
  return {
    usage: {
      input: first.input + usage.input,
      cachedInput: first.cachedInput + usage.cachedInput,
      output: first.output + usage.output,
      source: first.source === 'wire' ? usage.source : first.source,
    },
    cost: before.cost + cost,
  }
}

/**
 * What each charge comes to; leases are given back anyway. A request counts as one, whatever became of it, but not at a
 * place that was never asked.
 * @param places null where no place has limits
 */
export function usedOf(
  charges: readonly Charge[],
  { usage, cost }: Spent,
  places: Pick<Places, 'tokensAt'> | null,
): { charge: Charge; used: number }[] {
  const tokens = usage.input + usage.output
  const used: { charge: Charge; used: number }[] = []
  for (let i = 0; i < charges.length; i += 1) {
    const charge = charges[i]!
    if (charge.kind === 'budget') used.push({ charge, used: cost })
    else if (charge.kind === 'rate') {
      const there = places === null ? undefined : places.tokensAt(charge.key)
      if (charge.key.endsWith(':tokens')) {
        used.push({ charge, used: there === undefined ? tokens : (there ?? 0) })
      } else used.push({ charge, used: there === null ? 0 : charge.amount })
    }
  }
  return used
}
