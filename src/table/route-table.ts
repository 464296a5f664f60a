/**
 * The route table: what the compiler emits and the edge runs. Pure JSON data, no code.
 * INVARIANT: it never holds a secret, only the names of environment variables and SHA-256 digests.
 */
import type { AlertPolicy } from './alert-policy.ts'
import type { BackendTls } from './backend-tls.ts'
import type { Client, Cors, Limits, Listen } from './front-policy.ts'
import type { InjectionFamily } from './injection-families.ts'
import type { BreakerPolicy, Probe } from './health-policy.ts'
import type { Hooks } from './mattermost-hook.ts'
import type { Mode } from './mode-host.ts'
import type { OwnMembers } from './own-members.ts'
import type { Predicate } from './predicate.ts'
import type { SecretRef } from './secret-ref.ts'
import type { SharedState } from './shared-state.ts'
import type { SlotPolicy } from './slot-policy.ts'
import type { TraceContent, TracePolicy } from './trace-policy.ts'
import type { Price, UsageLimits } from './usage-limits.ts'
import type { WakePolicy } from './wake-policy.ts'

/** What speaks on the other side of a backend's address. `demo` is built into the edge. */
export type BackendKind =
  | 'openai'
  | 'anthropic'
  | 'vllm'
  | 'llamacpp'
  | 'mlx'
  | 'ollama'
  | 'litellm'
  | 'opencode'
  | 'demo'

/** The API operations that are routed by model: `surfaces.ts` says of each what it is. */
export type Surface =
  | 'chat'
  | 'completions'
  | 'embeddings'
  | 'responses'
  | 'messages'
  | 'count-tokens'
  | 'rerank'
  | 'transcriptions'
  | 'translations'
  | 'speech'
  | 'images'
  | 'moderations'

/** What is spoken to a backend: a surface, or a protocol that only one kind has. */
export type Wire = Surface | 'ollama-chat'

/** Which addresses of files in requests backends may be given: beside `data:`, none, those of the public internet, all. */
export type FileUrls = 'inline' | 'public' | 'any'

/** What a model can take beyond text. */
export type Capability = 'tools' | 'vision' | 'json'

/** Place of a zone in the table's `zones`: 0 is the least trusted. */
export type ZoneRank = number

/** All durations in milliseconds. */
export interface Timeouts {
  /** Until a TCP connection to the backend stands. */
  connectMs: number
  /** Streaming: until the first event with content. */
  firstTokenMs: number
  /** Longest gap between two chunks of an answer, and longest time a client may take none. */
  idleMs: number
  /** Whole request, from its last byte in to the answer's last byte out. */
  totalMs: number
}

/** `backend/model`: a key of the table's `targets`. */
export type TargetKey = string

/** One place where a model lives. */
export interface Target {
  backend: string
  /** Name within the backend's `models`. */
  model: string
  /** Model id on the wire to the backend; a `*` in it stands for what the asked name's wildcard matched. */
  id: string
  zone: ZoneRank
  /** Context window in tokens, null when the policy does not say. */
  context: number | null
  /** Null when the policy does not say: then nothing is held against it. */
  supports: Capability[] | null
  /** A mode that gates its backend; null = none. */
  mode: string | null
  /** Null where nobody says: then it counts for nothing, and no budget covers it. */
  price: Price | null
  /** What it speaks; left out, what its backend's kind does (`kind-surfaces.ts`). */
  speaks?: Wire[]
  /** Members that requests in its backend's own protocol get, such as Ollama's `options`. */
  ownMembers?: OwnMembers
  /** Parameters that it does not honour; left out, those that its backend's kind does not (`lacks.ts`). */
  lacks?: string[]
}

/**
 * How the targets of a pool share the work. `ordered` tries them as they stand; `peak-ewma` prefers who answers fast and
 * has little to do; `prefix` sends what begins alike to the same one.
 */
export type Balance = 'round-robin' | 'ordered' | 'weighted' | 'least-busy' | 'peak-ewma' | 'prefix'

/**
 * Why an attempt failed in a way that another may cure:
 * `connect` no connection, or one that died before a byte of the answer came · `error` a 5xx, an answer that makes no
 * sense, broken off before its content · `rate-limit` 429 · `timeout` no first token in time · `context` the prompt is too
 * long for it · `content-filter` refused for safety · `auth` it refuses the gateway's own key · `busy` the gateway's own
 * queue for it is full.
 */
export type FailureCause =
  | 'connect'
  | 'error'
  | 'rate-limit'
  | 'timeout'
  | 'context'
  | 'content-filter'
  | 'auth'
  | 'busy'

/** A target that is tried after others; the same one may stand twice, with causes that differ. */
export interface FallbackTarget {
  target: TargetKey
  /** By which of the last attempt's causes it is tried. Never empty. */
  on: FailureCause[]
  /** The fallback model that it stands there for, where that has limits: they are charged as well. */
  of?: string
}

/** How often the targets of a pool are asked again before the fallback. */
export interface Retry {
  times: number
  /** Before the first; twice as long before each further one. Drawn from 0 up to that. */
  backoffMs: number
  /** No wait is longer, whatever a backend asks for: who asks for more is not asked again. */
  longestWaitMs: number
  /** Most of a model's requests that may be retries, in percent; a few are always allowed. */
  budgetPercent: number
}

/** A model with places where it is served. */
export interface ServedModel {
  kind: 'served'
  /** Equals, shared by `balance`. Never empty. */
  pool: { target: TargetKey; weight: number }[]
  balance: Balance
  /** Tried in order after the pool; fallback models are already followed to their targets. */
  fallback: FallbackTarget[]
  retry: Retry
  /** What happens when a stream breaks behind its first content. */
  onBreak: 'terminate' | 'continue'
  /** Surfaces it serves; null = all that its targets can. */
  surfaces: Surface[] | null
  /** Whether requests may be translated for targets that speak another protocol; left out, they may, whatever is lost. */
  translation?: 'lossless' | 'off'
  /** Whether backends may run tools of their own for requests that may go anywhere; left out, they may not. */
  serverTools?: 'allow'
  timeouts: Timeouts
  /** Silence after which a stream's headers are committed and a comment is sent; 0 = never. */
  keepAliveMs: number
  /** Of all clients together. */
  limits: UsageLimits | null
}

/** A model whose requests a ruleset sends on. */
export interface RuledModel {
  kind: 'ruled'
  /** Key of `rulesets`. */
  rules: string
}

export type Model = ServedModel | RuledModel

/** Parameters of a request that a rule may change: name of a top-level field → value. */
export type ParameterValues = Record<string, string | number | boolean>

export type Action =
  /** `to` is the key of a served model. */
  | { kind: 'route'; to: string; force: boolean }
  | { kind: 'split'; arms: { to: string; weight: number }[]; force: boolean }
  | { kind: 'block'; status: number; message: string }
  /** Only modifies; the rules after it decide. */
  | { kind: 'continue' }

export interface Redaction {
  /** Detectors whose findings are replaced: `secrets`, `pii` or the id of a pattern. */
  detectors: string[]
  /** Null keeps all labels; else labels whose every cause was redacted are replaced by `to` (null = by none). */
  relabel: { to: string | null } | null
}

export interface Rule {
  id: string
  /** Null = always. */
  when: Predicate | null
  addTags: string[]
  set: ParameterValues
  clamp: Record<string, { min: number | null; max: number | null }>
  redact: Redaction | null
  action: Action
}

export interface Label {
  /** The least trusted zone that may see what carries it. */
  mayReach: ZoneRank
  /** What happens when no permitted target is left; null = nothing was said (the compiler proved it cannot happen). */
  onDenied: { kind: 'block' } | { kind: 'reroute'; to: string } | null
  trace: TraceContent
  cache: 'none' | 'client' | 'shared'
}

/** A text predicate: computed once per request by the classify stage, then looked up by its index. */
export interface TextTest {
  /** The last user turn, all system and developer text, or every text part of the request. */
  in: 'user' | 'system' | 'conversation'
  test:
    | { kind: 'contains'; anyOf: string[] }
    /** Literals in lower case: a text that holds none of them has no match. Null = it is tried on every text. */
    | { kind: 'matches'; source: string; flags: string; literals: string[] | null }
  /** For `contains`; a pattern says it by its flags. */
  caseSensitive: boolean
}

/** A pattern of the policy or of one of its packs. */
export interface PrivacyPattern {
  id: string
  source: string
  flags: string
  label: string
  /** In lower case: a text that holds none of them has no match. Null = it is tried on every text. */
  literals: string[] | null
  /** Name of the group that counts; null = the whole match. */
  group: string | null
  /** What must hold of its digits, or of its letters and digits; null = nothing. */
  check: 'luhn' | 'mod97' | null
  /** Bits per character from which on it counts; 0 = from none. */
  minEntropy: number
  /** What stands for it in redacted text, without brackets; null = its id in capitals. */
  placeholder: string | null
}

/** Finds that are none. */
export interface AllowList {
  values: string[]
  /** In lower case: mail addresses there and in subdomains. */
  domains: string[]
  /** CIDR: IP addresses therein. */
  networks: string[]
}

export interface PrivacyGuard {
  detectors: ('secrets' | 'pii')[]
  patterns: PrivacyPattern[]
  entropy: { threshold: number; minLength: number }
  allow: AllowList
  /** Kinds of finds that do not count. */
  off: string[]
  /** Kind → how many finds of it a request must hold for any of them to count. */
  atLeast: Record<string, number>
  /** What the built-in detectors, and whatever lies beyond a scan bound, put on a request. */
  label: string
  surfaces: Surface[]
}

/** From which score on a text is flagged, by where it stands. */
export interface InjectionThresholds {
  user: number
  tool: number
  document: number
}

export interface InjectionGuard {
  action: 'flag' | 'block'
  thresholds: InjectionThresholds
  /** Families of phrases that are not looked for. */
  off: InjectionFamily[]
  /** Whether the linear model is asked. */
  model: boolean
  surfaces: Surface[]
}

export interface ComplexityGauge {
  /** Most estimated tokens of a simple and of a medium request. */
  simpleTokens: number
  mediumTokens: number
  /** Words that make a request at least medium (code) or complex (reasoning). */
  code: string[]
  reasoning: string[]
  /** A served model that is asked for the class; null = the heuristic alone. */
  classifier: { model: string; timeoutMs: number } | null
}

export interface Classify {
  /** Characters beyond this are not scanned and count as labelled. */
  scanBytes: number
  /** Images cannot be scanned: they count as labelled, or the request is refused. */
  images: 'label' | 'refuse'
  /** How many levels of base64 the privacy guard takes off. Text beyond is not scanned and counts as labelled. */
  decode: 0 | 1
  privacy: PrivacyGuard | null
  injection: InjectionGuard | null
  complexity: ComplexityGauge
}

/** What must be known of a request before rules can run; all else is not computed. */
export interface Needs {
  /** Lower-case names of request headers. */
  headers: string[]
  /** Facts that want the text of the request. */
  text: boolean
  complexity: boolean
  time: boolean
}

export interface BackendModel {
  id: string
  /** Context window in tokens, null when the policy does not say. */
  context: number | null
}

export interface Backend {
  kind: BackendKind
  /** `https://host:port`, lower case, port always explicit; null for `demo`. */
  origin: string | null
  /** Prefix of every path on the backend, such as `/v1`; no trailing slash. */
  basePath: string
  key: SecretRef | null
  tls: BackendTls | null
  /** Null = it is never asked. */
  health: Probe | null
  models: Record<string, BackendModel>
  /** It keeps what requests refer to later; left out, it does not. */
  keepsState?: true
  /** It sends traces to Langfuse itself, and is told where they belong; left out, it is told nothing. */
  joinsTraces?: true
  /** Of all that it is asked. */
  limits: UsageLimits | null
  /** Null = it works on any number of requests at once. */
  slots: SlotPolicy | null
  /** Null = it is never woken. */
  wake: WakePolicy | null
  /** Of an OpenCode server: who answers there; left out, that is its own choice. */
  agent?: string
  /** Requests with parameters that it does not honour are not sent to it; left out, they are sent without them. */
  unsupported?: 'reject'
  /** It refuses to be asked what a stream has used; left out, it does not. */
  streamUsage?: 'off'
}

export interface RouteTable {
  version: 2
  /** SHA-256 (hex) over the canonical JSON of all other fields. */
  digest: string
  listen: Listen
  limits: Limits
  cors: Cors
  /** Least to most trusted. */
  zones: string[]
  /** IANA name; time windows are read in it. */
  timeZone: string
  labels: Record<string, Label>
  classify: Classify
  /** Referred to by index from `text` predicates. */
  texts: TextTest[]
  needs: Needs
  /** Surfaces that are served at all. */
  surfaces: Surface[]
  /** Left out = `public`. */
  fileUrls?: FileUrls
  /** The name that a request without a model asks for; left out = none. */
  defaultModels?: Partial<Record<Surface, string>>
  /** Every exact name a client may ask for → key of `models` (aliases resolved). */
  names: Record<string, string>
  /** Names that end in `*`, by prefix, longest prefix first. */
  wildcards: { prefix: string; model: string }[]
  models: Record<string, Model>
  targets: Record<TargetKey, Target>
  rulesets: Record<string, Rule[]>
  modes: Record<string, Mode>
  /** Null = none: only probes say who is down. */
  breaker: BreakerPolicy | null
  /** Null = each node counts by itself. */
  state: SharedState | null
  /** Left out = none. */
  hooks?: Hooks
  /** Left out = no traces are kept. */
  trace?: readonly TracePolicy[]
  /** Left out = nothing is watched. */
  alerts?: AlertPolicy
  backends: Record<string, Backend>
  clients: Record<string, Client>
}
