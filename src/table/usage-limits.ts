/** How much may be used and spent, and what it costs, as the table says it. */

export interface Rate {
  count: number
  windowMs: number
}

/** Of a client, a model, a backend or an address; null = no such limit. */
export interface UsageLimits {
  requests: Rate | null
  /** Input and output together. */
  tokens: Rate | null
  /** Requests in flight at once. */
  concurrent: number | null
}

/** Amounts in nano-USD (1e-9 USD). */
export interface Budget {
  per: 'day' | 'month'
  limit: number
  /** From so much on answers carry a warning. */
  warnAt: number
}

/** Nano-USD per token; not always whole. */
export interface Price {
  input: number
  /** Tokens that a cache of the backend's answered. */
  cachedInput: number
  output: number
}
