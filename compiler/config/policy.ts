/** `policy.yaml`: the names clients see, where they lead, and what may go where. */
import type { AlertsConfig } from './alerts.ts'
import type { SecretFromEnv } from './backends.ts'
import type { ClassifyConfig } from './classify.ts'
import type { HooksConfig } from './hooks.ts'
import type { PhraseConfig, RuleConfig, Several } from './rules.ts'
import type {
  ByteSize,
  Destination,
  Duration,
  DurationOrOff,
  FailureCauseName,
  HostName,
  LabelName,
  ModelName,
  ModelPattern,
  Name,
  Rate,
  SurfaceName,
  TargetPattern,
} from './scalars.ts'
import type { TraceConfig } from './trace.ts'
import type { UsageLimitsConfig } from './usage.ts'

/**
 * How long to wait, and for what. A model takes what it leaves out from `policy.yaml`'s own `timeouts`, then from the
 * defaults; what it takes from there is cut to its `total` where that is shorter.
 */
export interface TimeoutsConfig {
  /** Until a TCP connection to the backend stands. @default "3s" */
  connect?: Duration
  /** Streaming: until the first event with content. A model that must load first wants more. @default "60s" */
  firstToken?: Duration
  /** Longest gap between two chunks of an answer, and longest time a client may take none. @default "30s" */
  idle?: Duration
  /** The whole request. @default "10m" */
  total?: Duration
}

/** A target with its share of a weighted pool. */
export interface WeightedTargetConfig {
  target: TargetPattern
  /**
   * Its share, of the sum of all weights.
   * @asType integer
   * @minimum 1
   * @maximum 1000000
   */
  weight: number
}

/** A fallback for some failures only. */
export interface FallbackConfig {
  /** A model or a place. */
  to: Destination
  /** By which of the last attempt's causes it is tried. A fallback that names none answers to all but `content-filter`. */
  on: Several<FailureCauseName>
}

/**
 * Whether the targets of a pool are asked again, before its fallbacks, after failures that may pass: no connection, an
 * error, a 429. A model takes what it leaves out from `policy.yaml`'s own `retry`, then from the defaults.
 */
export interface RetryConfig {
  /**
   * How often, for one request; 0 = never.
   * @asType integer
   * @minimum 0
   * @maximum 10
   * @default 1
   */
  times?: number
  /** Longest wait before the first; twice as long before each further one. The wait is drawn by chance, from 0 up. @default "250ms" */
  backoff?: Duration
  /** No wait is longer. A backend that asks for more (Retry-After) is not asked again. @default "10s" */
  longestWait?: Duration
  /**
   * Most of a model's requests that may be retries, in percent, over ten seconds; three are always allowed.
   * @asType integer
   * @minimum 0
   * @maximum 100
   * @default 20
   */
  budget?: number
}

/** A model with places where it is served. */
export interface ServedModelConfig {
  /**
   * Where it is served. They are equals: `balance` says how they share the work.
   * @minItems 1
   */
  targets: (TargetPattern | WeightedTargetConfig)[]
  /**
   * How the targets share the work.
   * @default "round-robin"
   * @values {"round-robin": "They take turns.", "ordered": "The first one that answers, tried as they stand.", "weighted": "Each by its share; every target wants a `weight`.", "least-busy": "The one with the fewest requests in flight.", "peak-ewma": "Who answers fast and has little to do: the better of two drawn by chance.", "prefix": "What begins alike goes to the same one, where its beginning is still cached."}
   */
  balance?: 'round-robin' | 'ordered' | 'weighted' | 'least-busy' | 'peak-ewma' | 'prefix'
  /** Models or places to try, in order, when no target answers; for some failures only where it says `on`. */
  fallback?: Several<Destination | FallbackConfig>
  retry?: RetryConfig
  /**
   * What happens when a stream of a chat breaks behind its first content.
   * @default "terminate"
   * @values {"terminate": "An error frame.", "continue": "The next target that may be tried is asked to go on, once, with what was said so far. For plain text of one choice; else an error frame."}
   */
  onBreak?: 'terminate' | 'continue'
  /** How much all clients together may use it. */
  limits?: UsageLimitsConfig
  /** Surfaces it serves; all that its targets can, when left out. */
  surfaces?: Several<SurfaceName>
  /**
   * Whether requests may be translated for targets that do not speak their protocol.
   * @default "allow"
   * @values {"allow": "Yes. What is lost on the way is named in the answer's `x-aicc-lost`.", "lossless": "Only where nothing is lost; other requests are refused.", "off": "No: only targets that speak it are asked."}
   */
  translation?: 'allow' | 'lossless' | 'off'
  /**
   * Whether a backend may run tools of its own, such as a search of the web: it then sends of a request what it likes to
   * whom it likes. Never for requests with a label that may not go everywhere.
   * @default "refuse"
   * @values {"refuse": "No: such requests are refused.", "allow": "Yes, where no label forbids it."}
   */
  serverTools?: 'refuse' | 'allow'
  timeouts?: TimeoutsConfig
  /** Silence after which a stream gets a keep-alive comment, or `off`. From then on a failure is an error frame in a 200. @default "10s" */
  keepAlive?: DurationOrOff
}

/** A model whose requests the rules of a ruleset send on. */
export interface RuledModelConfig {
  /** A key of `rules`. */
  rules: Name
}

export type ModelConfig = ServedModelConfig | RuledModelConfig

/** What happens when no target is trusted enough: an error, or another model. */
export type OnDeniedConfig = 'block' | { reroute: Destination }

/** A mark on requests that bounds where they may go. */
export interface LabelConfig {
  /** The least trusted of the `zones` that may see it. */
  mayReach: Name
  /**
   * What happens when no target is trusted enough. Left out, the compiler wants a proof that no request with this label
   * is ever sent towards a less trusted place. Of several labels the one that demands most trust decides; where two
   * demand the same, `block` wins.
   */
  onDenied?: OnDeniedConfig
  /**
   * What a trace may keep. Of several labels, and of the sink's own `content`, the one that allows least decides.
   * @default "metadata-only"
   * @values {"none": "No trace at all.", "metadata-only": "Model, tokens, times and the like, but no text.", "redacted": "The text too, with what detectors found replaced.", "full": "The text of the request and of its answer too."}
   */
  trace?: 'none' | 'metadata-only' | 'redacted' | 'full'
  /**
   * Whether answers may be kept.
   * @default "none"
   * @values {"none": "Not at all.", "client": "For the client that asked.", "shared": "For all clients."}
   */
  cache?: 'none' | 'client' | 'shared'
}

/** Where the gateway listens. Flags and environment variables override it. */
export interface ListenConfig {
  /** `address:port` for HTTPS, or `off`. @default "0.0.0.0:8443" */
  https?: string
  /** `address:port` for plain HTTP, or `off`. Beyond loopback it also needs `--expose-http`. @default "127.0.0.1:4000" */
  http?: string
  /** Host names to answer to besides the machine's own names and addresses. */
  names?: HostName[]
}

/** How large requests may be; how much each client may use that has no such limit of its own, and each address. */
export interface LimitsConfig extends UsageLimitsConfig {
  /** How much one address may use, whoever calls from there. IPv6 addresses count by their /64. */
  perAddress?: UsageLimitsConfig
  /** Largest request body. @default "10MiB" */
  body?: ByteSize
  /** Until the last byte of a request body. @default "30s" */
  bodyTimeout?: Duration
  /** Largest request header block. @default "32KiB" */
  headers?: ByteSize
  /**
   * Most request headers.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   * @default 100
   */
  headerCount?: number
  /** Wrong keys from one address before it is answered 429. @default "10/min" */
  failedKeys?: Rate
}

/**
 * When a place is held to be down because of what happens to requests: it is then asked last, not never. Refused or cut
 * connections, errors of the backend and waits that ran out count as failures; refusals of a request, `429` and clients
 * that leave do not.
 */
export interface BreakerConfig {
  /** Over so long a time attempts are counted. @default "30s" */
  window?: Duration
  /**
   * Fewer attempts than that within the window say nothing.
   * @asType integer
   * @minimum 1
   * @maximum 100000
   * @default 5
   */
  minimum?: number
  /**
   * Percent of them that must have failed.
   * @asType integer
   * @minimum 1
   * @maximum 100
   * @default 50
   */
  failures?: number
  /** How long it is left alone; then one request tries it. Each try that fails doubles the time. @default "10s" */
  open?: Duration
  /** The longest such time. @default "2m" */
  longest?: Duration
}

/** What happens while Redis cannot be asked: let in uncounted, refuse, or count against this node's share of the limit. */
export type OnFailureConfig = 'open' | 'closed' | 'local-share'

/** What happens to each kind of limit while Redis is slow, down or just back. */
export interface OnFailuresConfig {
  /** Requests and tokens in a time. @default "local-share" */
  limits?: OnFailureConfig
  /** Money. @default "closed" */
  budgets?: OnFailureConfig
  /** How many at once. @default "local-share" */
  leases?: OnFailureConfig
}

/** A Redis in which several nodes count together. */
export interface RedisConfig {
  /** `redis://` or `rediss://` with what it needs, from a variable. */
  url: SecretFromEnv
  /**
   * How many nodes share it: `local-share` divides by it.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   */
  nodes: number
  /**
   * In front of every key there, for gateways that must not share.
   * @default "aicc"
   * @pattern ^[A-Za-z0-9_.-]{1,64}$
   */
  prefix?: string
  onFailure?: OnFailuresConfig
}

/** Where limits and budgets are counted. Without it each node counts by itself. */
export interface StateConfig {
  redis: RedisConfig
}

/** Browsers of other origins; closed unless named here. */
export interface CorsConfig {
  /** Exact origins, such as `https://chat.example.com`. */
  origins: string[]
  /** How long a browser may keep a preflight's answer. @default "10m" */
  maxAge?: Duration
}

/** A cache that also answers requests that are only alike. */
export interface SemanticCacheConfig {
  /** The model that embeds requests. */
  embed: Destination
  /**
   * How alike two requests must be: 1 is the same.
   * @minimum 0
   * @maximum 1
   */
  threshold: number
}

/** Answers that are kept. Proved by the compiler; this version does not keep any yet. */
export interface CacheConfig {
  /** How far the store is trusted. */
  zone: Name
  ttl: Duration
  semantic?: SemanticCacheConfig
}

/** `policy.yaml`: the names clients see and where they lead. */
export interface PolicyFile {
  /** Version of the policy language. `aicc migrate` brings an older file to this one. @default 2 */
  version?: 2
  listen?: ListenConfig
  /** How large requests may be, and how many of them. */
  limits?: LimitsConfig
  timeouts?: TimeoutsConfig
  /** When a place is held to be down because of what happens to requests; `off` leaves that to probes. */
  breaker?: BreakerConfig | 'off'
  state?: StateConfig
  retry?: RetryConfig
  cors?: CorsConfig
  /**
   * Zones of trust, least to most trusted.
   * @minItems 1
   * @maxItems 16
   * @default ["cloud", "lan", "local"]
   */
  zones?: Name[]
  /**
   * IANA name of the time zone in which time windows are read.
   * @default "UTC"
   * @examples ["Europe/Berlin"]
   * @pattern ^[A-Za-z0-9_+/-]{1,64}$
   */
  timeZone?: string
  /** Marks on requests, by name, that bound where they may go. */
  labels?: Record<LabelName, LabelConfig>
  /** What is found out about a request before rules run. */
  classify?: ClassifyConfig
  /** Text to look for, under names that rules share. */
  phrases?: Record<Name, PhraseConfig>
  /** Surfaces that are served; all when left out. */
  surfaces?: Several<SurfaceName>
  /**
   * Which addresses of images, sound and files a request may hold: a backend would fetch them. `data:` URLs are always
   * taken, schemes other than `http` and `https` never.
   * @default "public"
   * @values {"inline": "None: files must stand in the request.", "public": "Those of the public internet: not of this machine or network, as far as the address tells.", "any": "Those of this network too."}
   */
  fileUrls?: 'inline' | 'public' | 'any'
  /** The names clients may ask for. A name that ends in `*` stands for all that begin so and go on. */
  models: Record<ModelPattern, ModelConfig>
  /** Other names for models or aliases. */
  aliases?: Record<ModelPattern, ModelName>
  /**
   * What a request without a `model` asks for, by surface: as if its client had written that name. Without a default it
   * is refused.
   * @examples [{ "moderations": "guard", "images": "painter" }]
   */
  defaultModels?: { [surface in SurfaceName]?: ModelName }
  /** Rules by the name of their ruleset; the first rule that holds and settles decides. */
  rules?: Record<Name, Several<RuleConfig>>
  trace?: TraceConfig
  cache?: CacheConfig
  hooks?: HooksConfig
  alerts?: AlertsConfig
}
