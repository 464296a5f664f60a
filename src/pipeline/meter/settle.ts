/** What a request comes to when it has ended: for the ledger, and for its record. */
import type { Charge } from '../../table/charges.ts'
import type { TokenUsage } from '../../table/request-record.ts'
import type { Price } from '../../table/usage-limits.ts'
import { costOf } from './estimate.ts'

/** What was used, and what it cost in nano-USD. */
export interface Spent {
  usage: TokenUsage
  cost: number
}

export const NOTHING_SPENT: Spent = {
  usage: { input: 0, cachedInput: 0, output: 0, source: 'estimate' },
  cost: 0,
}

/** @param before by backends that broke off; null = by none */
export function spend(before: Spent | null, usage: TokenUsage, price: Price | null): Spent {
  const cost = costOf(price, usage)
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

/** What each charge comes to; leases are given back anyway. A request counts as one, whatever became of it. */
export function usedOf(
  charges: readonly Charge[],
  { usage, cost }: Spent,
): { charge: Charge; used: number }[] {
  const tokens = usage.input + usage.output
  const used: { charge: Charge; used: number }[] = []
  for (const charge of charges) {
    if (charge.kind === 'budget') used.push({ charge, used: cost })
    else if (charge.kind === 'rate') {
      used.push({ charge, used: charge.key.endsWith(':tokens') ? tokens : charge.amount })
    }
  }
  return used
}
