/** The gateway's front in the route table: where it listens, what it lets in, and who may call. */
import type { SecretRef } from './secret-ref.ts'
import type { Signing } from './signing.ts'
import type { Budget, Rate, UsageLimits } from './usage-limits.ts'

export type ClientKey = (SecretRef | { sha256: string }) & {
  /** Unix ms since which the key is deprecated (RFC 9745); null = it is not. */
  deprecatedAt: number | null
  /** Unix ms from which the key is refused (RFC 8594); null = never. */
  expiresAt: number | null
}

export interface Client {
  keys: ClientKey[]
  /** Names the client may ask for; null = all. */
  models: string[] | null
  /** Tags and labels that every request of this client carries. */
  tags: string[]
  labels: string[]
  /** Its own, or those for each client. */
  limits: UsageLimits | null
  /** At most one for a day and one for a month. */
  budgets: Budget[]
  /** Null = its key is enough. */
  signing: Signing | null
}

export interface Cors {
  /** Exact origins; never `*`. Empty = closed. */
  origins: string[]
  maxAgeSeconds: number
}

export interface Limits {
  bodyBytes: number
  /** Until the last byte of a request body, in ms. */
  bodyTimeoutMs: number
  headerBytes: number
  headerCount: number
  /** Wrong keys that one address may send within the window before it gets 429. */
  failedKeys: Rate
  /** Of each address, whoever calls from there. */
  perAddress: UsageLimits | null
}

/** Where the gateway listens, and the extra names it answers to. Flags override. */
export interface Listen {
  https: string | null
  http: string | null
  /** Host names beyond the machine's own. */
  names: string[]
}
