/**
 * Limits, budgets and prices in zod: the twins of `config/usage.ts`.
 */
import { z } from 'zod'
import type { BudgetConfig, PriceConfig, UsageLimitsConfig } from '../config/usage.ts'
import { countUpTo, moneyRate, numberFrom, rate, tokenRate } from './scalar-schemas.ts'

/** Keys that `limits` of a client, of a model and of the policy share. */
export const usageLimits: {
  requests: z.ZodExactOptional<z.ZodType<string>>
  tokens: z.ZodExactOptional<z.ZodType<string>>
  concurrent: z.ZodExactOptional<z.ZodType<number>>
} = {
  requests: rate.exactOptional(),
  tokens: tokenRate.exactOptional(),
  concurrent: countUpTo(100_000).exactOptional(),
}

export const usageLimitsSchema: z.ZodType<UsageLimitsConfig> = z.strictObject(usageLimits)

const { requests, tokens } = usageLimits
export const rateLimitsSchema: z.ZodType<Omit<UsageLimitsConfig, 'concurrent'>> = z.strictObject({
  requests,
  tokens,
})

const budget: z.ZodType<BudgetConfig> = z.strictObject({
  usd: moneyRate,
  warnAt: numberFrom(1, 100).exactOptional(),
})
export const budgetsSchema: z.ZodType<BudgetConfig | BudgetConfig[]> = z.union(
  [budget, z.array(budget).min(1)],
  { error: 'a budget as `{ usd: 5/day }`, or a list of them' },
)

const price = numberFrom(0)
export const priceSchema: z.ZodType<PriceConfig | 'none'> = z.union(
  [z.literal('none'), z.strictObject({ input: price, output: price, cachedInput: price.exactOptional() })],
  { error: '`none`, or a price as `{ input: 0.5, output: 1.5 }`' },
)
