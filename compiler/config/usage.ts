/** How much may be used and spent, and what it costs: words that the three files share. */
import type { MoneyRate, Rate, TokenRate } from './scalars.ts'

/** How often, and how many tokens. Tokens are input and output together. */
export interface RateLimitsConfig {
  requests?: Rate
  tokens?: TokenRate
}

/** How much may be used. */
export interface UsageLimitsConfig extends RateLimitsConfig {
  /**
   * Requests in flight at once.
   * @asType integer
   * @minimum 1
   * @maximum 100000
   */
  concurrent?: number
}

/** How much may be spent; every model it covers needs a `price`. */
export interface BudgetConfig {
  usd: MoneyRate
  /**
   * Percent of it from which on answers carry a warning.
   * @minimum 1
   * @maximum 100
   * @default 80
   */
  warnAt?: number
}

/** @minItems 1 */
export type BudgetList = BudgetConfig[]

/** What a million tokens cost, in USD. */
export interface PriceConfig {
  /**
   * Tokens sent to the model.
   * @minimum 0
   */
  input: number
  /**
   * Tokens it answers with.
   * @minimum 0
   */
  output: number
  /**
   * Tokens sent to it that its own cache knew already. As `input` when left out.
   * @minimum 0
   */
  cachedInput?: number
}
