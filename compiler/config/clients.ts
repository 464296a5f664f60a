/** `clients.yaml`: who may call. */
import type { SecretFromEnv } from './backends.ts'
import type { DateTime, Duration, EnvName, LabelName, ModelPattern, Name } from './scalars.ts'
import type { BudgetConfig, BudgetList, UsageLimitsConfig } from './usage.ts'

interface KeyLifetime {
  /** Since when the key is deprecated: it works, is logged, and answers carry a `Deprecation` header. */
  deprecated?: DateTime
  /** From when on the key is refused with 403. */
  expires?: DateTime
}

/** A key whose value an environment variable holds. */
export interface EnvKeyConfig extends KeyLifetime {
  env: EnvName
}

/** A key known by its SHA-256 only; `aicc keys new` makes one. */
export interface HashedKeyConfig extends KeyLifetime {
  /**
   * SHA-256 of the key, in lower-case hexadecimal digits.
   * @pattern ^[0-9a-f]{64}$
   */
  sha256: string
}

/** @minItems 1 */
export type ClientModels = ModelPattern[]

/** Requests carry a signature beside the key, so that a key alone is of no use to who finds it. See `docs/signing.md`. */
export interface SigningConfig {
  /** The secret that the client signs with, at least 32 characters. */
  secret: SecretFromEnv
  /** How far a request's timestamp may be from the gateway's clock, in the past or in the future. @default "5m" */
  window?: Duration
  /** `false` lets requests pass that carry no signature; a wrong one is refused in any case. @default true */
  required?: boolean
}

export interface ClientConfig {
  /**
   * Several keys allow rotation.
   * @minItems 1
   */
  keys: (EnvKeyConfig | HashedKeyConfig)[]
  /** Names it may ask for, or `*` for all. A model's aliases are granted with it; where its rules lead is granted too. */
  models: '*' | ClientModels
  /** Tags that all its requests carry; rules can ask for them. */
  tags?: Name[]
  /** Labels that all its requests carry, whatever they say. */
  labels?: LabelName[]
  /** How much it may use; what is left out is taken from `limits` of `policy.yaml`. */
  limits?: UsageLimitsConfig
  /** How much it may spend: one budget, or one by day and one by month. */
  budget?: BudgetConfig | BudgetList
  /** How it signs its requests. Left out, its key is enough. */
  signing?: SigningConfig
}

/** `clients.yaml`: who may call. */
export interface ClientsFile {
  /** Who may call, by name. */
  clients: Record<Name, ClientConfig>
}
