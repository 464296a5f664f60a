/**
 * The intermediate representation: what was written, with names followed, defaults filled in and units gone.
 * Every node keeps the place it was written at, so that `check/` can point at YAML although it works on data.
 */
import type { Hooks } from '../../src/table/mattermost-hook.ts'
import type { Mode } from '../../src/table/mode-host.ts'
import type { Alert, AlertReceiver } from '../../src/table/alert-policy.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { BreakerPolicy, Probe } from '../../src/table/health-policy.ts'
import type { ClientKey } from '../../src/table/front-policy.ts'
import type {
  BackendKind,
  Balance,
  Capability,
  Classify,
  FailureCause,
  FileUrls,
  Label,
  PrivacyPattern,
  Rule,
  ServedModel,
  Surface,
  Target,
  TextTest,
  Wire,
} from '../../src/table/route-table.ts'
import type { SharedState } from '../../src/table/shared-state.ts'
import type { Signing } from '../../src/table/signing.ts'
import type { TracePolicy } from '../../src/table/trace-policy.ts'
import type { WakePolicy } from '../../src/table/wake-policy.ts'
import type { Locate, PackId, Place } from '../load/loaded-policy.ts'

/** A value and where it was written; no place = a default. */
export interface Setting<T> {
  value: T
  at: Place | null
}

export type TimeoutName = 'connect' | 'firstToken' | 'idle' | 'total'

/** Milliseconds. */
export type ResolvedTimeouts = Record<TimeoutName, Setting<number>>

/** `backend/model` of a policy, found. */
export interface ResolvedTarget {
  backend: string
  model: string
  /** Model id on the wire. */
  id: string
  weight: number
  at: Place
}

/** Where a rule, a fallback or a reroute leads: a model, or a place. */
export type ResolvedDestination =
  | { kind: 'model'; model: string; at: Place }
  | { kind: 'target'; target: ResolvedTarget; at: Place }

/** An entry of `fallback`, and by which causes it is tried. */
export type ResolvedFallback = ResolvedDestination & { on: readonly FailureCause[] }

export interface ResolvedRetry {
  times: Setting<number>
  /** Milliseconds. */
  backoff: Setting<number>
  longestWait: Setting<number>
  /** Percent. */
  budget: Setting<number>
}

export interface ResolvedServedModel {
  kind: 'served'
  /** Only those that lead somewhere. */
  targets: ResolvedTarget[]
  balance: Balance
  fallback: ResolvedFallback[]
  retry: ResolvedRetry
  onBreak: Setting<ServedModel['onBreak']>
  /** Null = all that its targets can. */
  surfaces: Surface[] | null
  translation: ServedModel['translation'] | null
  serverTools: 'refuse' | 'allow'
  timeouts: ResolvedTimeouts
  /** Milliseconds; 0 = never. */
  keepAlive: Setting<number>
  limits: ResolvedUsageLimits
  at: Place
}

/** What a request asks for that names no model. */
export interface ResolvedDefaultModel {
  /** As clients would write it. */
  name: string
  /** Key of `models`. */
  model: string
  at: Place
}

export interface ResolvedRuledModel {
  kind: 'ruled'
  rules: string
  at: Place
}

export type ResolvedModel = ResolvedServedModel | ResolvedRuledModel

/**
 * A predicate of the table with the place it was written at. Parts of `all`, `any` and `not` are `parts`, in the order
 * of the predicate's own, so that a path of indices (`failingPath`) finds the place.
 */
export interface ResolvedPredicate {
  predicate: Predicate
  parts: ResolvedPredicate[]
  at: Place
}

/** A rule of the table, and where its parts were written. */
export interface ResolvedRule {
  rule: Rule
  /** Null = always. */
  when: ResolvedPredicate | null
  /** Destinations of `to` and of split arms, in order. */
  destinations: { model: string; at: Place }[]
  at: Place
}

export interface ResolvedLabel {
  label: Label
  /** Where `onDenied`, `trace` and `cache` were written; null = the default. */
  onDeniedAt: Place | null
  traceAt: Place | null
  cacheAt: Place | null
  at: Place
}

export interface ResolvedTraceSink {
  zone: number
  policy: TracePolicy
  at: Place
}

export interface ResolvedAlert {
  alert: Alert
  /** What it watches, as it is written. */
  key: 'errorRate' | 'p95' | 'firstToken' | 'cacheRate' | 'backendDown' | 'budget' | 'traceAge'
  at: Place
}

export interface ResolvedAlerts {
  receivers: Map<string, { receiver: AlertReceiver; at: Place }>
  watch: Map<string, ResolvedAlert>
}

/** Where bytes of requests may go besides their targets. */
export interface ResolvedSinks {
  /** At most one of each kind, once the policy is sound. */
  trace: ResolvedTraceSink[]
  cache: { zone: number; ttlMs: number; embed: { model: string; at: Place } | null; at: Place } | null
  classifier: { model: string; at: Place } | null
}

export interface ResolvedMode {
  mode: Mode
  kind: 'manual' | 'http-switch'
  at: Place
}

/** Where each pattern was written, for its proof. */
export interface ResolvedPattern {
  source: string
  flags: string
  at: Place
}

/** A pack of detectors, with what shows that it works. */
export interface ResolvedPack {
  id: PackId
  at: Place
  detectors: { pattern: PrivacyPattern; at: Place }[]
  /** `finds`: ids, sorted. */
  cases: { text: string; finds: string[]; at: Place }[]
}

/** An entry of an allow-list. */
export interface ResolvedAllowance {
  what: 'values' | 'domains' | 'networks'
  text: string
  at: Place
}

/** USD per million tokens. */
export interface ResolvedPrice {
  input: number
  cachedInput: number
  output: number
  /** Date of the list of known models that says so; null = the policy does. */
  listed: string | null
}

export interface ResolvedBudget {
  usd: number
  per: 'day' | 'month'
  /** Percent. */
  warnAt: number
  at: Place
}

export interface ResolvedBackendModel {
  id: string
  context: number | null
  supports: Capability[] | null
  /** Null = what the backend does. */
  speaks: Wire[] | null
  /** Null = there are none. */
  ownMembers: NonNullable<Target['ownMembers']> | null
  /** Null = what the backend lacks. */
  lacks: string[] | null
  /** Null = the backend's. */
  zone: number | null
  price: ResolvedPrice | null
  at: Place
}

export interface ResolvedUsageLimits {
  requests: Setting<{ count: number; windowMs: number }> | null
  tokens: Setting<{ count: number; windowMs: number }> | null
  concurrent: Setting<number> | null
}

export interface ResolvedTls {
  /** PEM, certificates only. */
  ca: string | null
  serverName: string | null
  at: Place | null
}

/** How many requests a backend works on at once. */
export interface ResolvedSlots {
  count: number
  /** 0 = nobody waits. */
  queueSize: number
  queueWait: Setting<number>
}

/** A backend that may be asleep. */
export interface ResolvedWake extends Pick<WakePolicy, 'by'> {
  /** Milliseconds. */
  startsWithin: Setting<number>
}

export interface ResolvedBackend {
  kind: BackendKind
  /** `scheme://host:port`; null for `demo`. */
  origin: string | null
  basePath: string
  keyEnv: string | null
  /** Of an OpenCode server; null = its own choice. */
  agent: string | null
  /** Whether it may be asked what a stream has used. */
  asksUsage: boolean
  /** Null = what its kind does. */
  speaks: Wire[] | null
  /** Null = what its kind lacks. */
  lacks: string[] | null
  unsupported: 'drop' | 'reject'
  keepsState: boolean
  joinsTraces: boolean
  tls: ResolvedTls
  /** Null = it is never asked. */
  health: Probe | null
  zone: Setting<number>
  mode: { name: string; at: Place } | null
  limits: ResolvedUsageLimits
  /** Null = any number. */
  slots: ResolvedSlots | null
  /** Null = it is never woken. */
  wake: ResolvedWake | null
  /** Where `startsWithin` was written; null = nowhere. */
  startsWithinAt: Place | null
  /** Where `queue` is written. */
  queueAt: Place | null
  /** By name; `*` stands for whatever the backend has. */
  models: Map<string, ResolvedBackendModel>
  at: Place
}

export type ResolvedKey = ClientKey & { at: Place }

export interface ResolvedClient {
  keys: ResolvedKey[]
  /** Null = all. */
  models: { name: string; at: Place }[] | null
  tags: string[]
  labels: { name: string; at: Place }[]
  limits: ResolvedUsageLimits
  /** At most one for a day and one for a month. */
  budgets: ResolvedBudget[]
  /** Null = its key is enough. */
  signing: Signing | null
  at: Place
}

export interface ResolvedPolicy {
  listen: { https: Setting<string | null>; http: Setting<string | null>; names: Setting<string>[] }
  limits: {
    bodyBytes: number
    bodyTimeoutMs: number
    headerBytes: number
    headerCount: number
    failedKeys: { count: number; windowMs: number }
  }
  cors: { origins: { value: string; at: Place }[]; maxAgeSeconds: number }
  /** Least to most trusted. */
  zones: string[]
  timeZone: string
  labels: Map<string, ResolvedLabel>
  classify: Classify
  /** Where `classify.privacy`, `classify.injection` and `classify.complexity` were written. */
  guards: { privacy: Place | null; injection: Place | null; complexity: Place | null }
  texts: TextTest[]
  patterns: ResolvedPattern[]
  /** Ids of `classify.privacy.patterns` and of the detectors of packs, whether they are off or not. */
  patternIds: { name: string; at: Place }[]
  packs: ResolvedPack[]
  /** Entries of `classify.privacy.allow`. */
  allowances: ResolvedAllowance[]
  /** Entries of `phrases` that no condition names. */
  unusedPhrases: { name: string; at: Place }[]
  surfaces: Surface[]
  fileUrls: FileUrls
  defaultModels: Map<Surface, ResolvedDefaultModel>
  sinks: ResolvedSinks
  modes: Map<string, ResolvedMode>
  /** Null = off. */
  breaker: BreakerPolicy | null
  /** Null = each node counts by itself. */
  state: SharedState | null
  /** Null = none. */
  hooks: Hooks | null
  alerts: ResolvedAlerts
  rulesets: Map<string, { rules: ResolvedRule[]; at: Place }>
  /** `limits.requests` and so on of `policy.yaml`: of each client that has none of its own. */
  usage: ResolvedUsageLimits
  /** `limits.perAddress`. */
  perAddress: ResolvedUsageLimits
  /** What was written and is not in force in this version: its place, and what it is. */
  notInForce: { what: string; at: Place }[]
  /** Every exact name a client may ask for → the model it means. */
  names: Map<string, string>
  /** Names that end in `*`: prefix → model. */
  wildcards: Map<string, string>
  models: Map<string, ResolvedModel>
  /** Alias → where it was written. */
  aliases: Map<string, Place>
  /** Alias → the alias or model that it was written to stand for. */
  aliasOf: Map<string, string>
  backends: Map<string, ResolvedBackend>
  clients: Map<string, ResolvedClient>
  locate: Locate
}
