/** `classify` of `policy.yaml`: what is found out about a request before rules run. */
import type { Several } from './rules.ts'
import type { ByteSize, Destination, Duration, LabelName, PatternId, Regex, SurfaceName } from './scalars.ts'

/** How far a request is scanned. What lies beyond counts as labelled wherever `privacy` is set. */
export interface ScanConfig {
  /** Most text that is scanned. @default "1MiB" */
  maxBytes?: ByteSize
  /**
   * What becomes of requests with images, which cannot be scanned.
   * @default "label"
   * @values {"label": "They get the label of `privacy`.", "refuse": "They are refused."}
   */
  images?: 'label' | 'refuse'
  /**
   * How many levels of base64 the privacy guard takes off.
   * @default 1
   * @values {"1": "Text in base64 is scanned; base64 within it counts as not scanned.", "off": "Text in base64 counts as not scanned."}
   */
  decode?: 1 | 'off'
}

/** A pattern of your own that makes a request private. */
export interface PrivacyPatternConfig {
  id: PatternId
  regex: Regex
  /** Another label than that of `privacy`. */
  label?: LabelName
}

/** When a long word is random enough to be a key. */
export interface EntropyConfig {
  /**
   * Bits per character.
   * @minimum 1
   * @maximum 8
   * @default 4
   */
  threshold?: number
  /**
   * Characters.
   * @asType integer
   * @minimum 8
   * @maximum 1000
   * @default 24
   */
  minLength?: number
}

/**
 * Finds that are none. Each takes away what it names and nothing else; one that can match no find is warned of.
 * @minProperties 1
 */
export interface AllowConfig {
  /** As they would be found; how numbers are grouped and how mail addresses are capitalised does not matter. */
  values?: Several<AllowedValue>
  /** Mail addresses there, and in its subdomains. */
  domains?: Several<DomainName>
  /** Networks of IP addresses. */
  networks?: Several<Network>
}

/**
 * @minLength 3
 * @maxLength 1000
 */
export type AllowedValue = string

/**
 * A domain, such as `example.com`.
 * @pattern ^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$
 * @examples ["example.com"]
 */
export type DomainName = string

/**
 * A network as CIDR, such as `203.0.113.0/24` or `2001:db8::/32`.
 * @pattern ^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:]{2,39})/[0-9]{1,3}$
 * @examples ["203.0.113.0/24"]
 */
export type Network = string

/** From how many finds on a kind counts. */
export interface KindThresholdConfig {
  /**
   * Fewer finds of the kind in a request count for nothing.
   * @asType integer
   * @minimum 2
   * @maximum 1000
   */
  atLeast: number
}

/** What makes a request private. */
export interface PrivacyConfig {
  /**
   * Built-in detectors: `secrets` finds keys and passwords, `pii` what identifies people.
   * @default ["secrets", "pii"]
   */
  detectors?: ('secrets' | 'pii')[]
  /** Patterns of your own. */
  patterns?: PrivacyPatternConfig[]
  entropy?: EntropyConfig
  /** Finds that are none: a test card, an own domain. */
  allow?: AllowConfig
  /**
   * Kinds of finds, and ids of patterns, that are `off` or count in numbers only. The end of docs/policy-language.md lists
   * all kinds.
   */
  kinds?: Record<string, 'off' | KindThresholdConfig>
  /** The label that finds put on the request. */
  label: LabelName
  /** Left out: all that are served, and none may be missing. */
  surfaces?: Several<SurfaceName>
}

/** How much a text must look like an injection to be flagged, by who wrote it: 0 flags all, 1 none. */
export interface InjectionThresholdsConfig {
  /**
   * What the user says, in every turn.
   * @minimum 0
   * @maximum 1
   * @default 0.55
   */
  user?: number
  /**
   * Results of tools.
   * @minimum 0
   * @maximum 1
   * @default 0.7
   */
  tool?: number
  /**
   * Text that comes with what the user says: files and other parts of a turn, and the input of embeddings.
   * @minimum 0
   * @maximum 1
   * @default 0.7
   */
  document?: number
}

/** Families of phrases that are not looked for. */
export interface InjectionFamiliesConfig {
  /** To set aside what was said before. */
  override?: 'off'
  /** To forget everything. */
  'clean-slate'?: 'off'
  /** New orders from now on. */
  'new-orders'?: 'off'
  /** To be somebody else. */
  'role-play'?: 'off'
  /** A mode without restrictions. */
  'developer-mode'?: 'off'
  /** To have no limits, never to refuse. */
  'no-limits'?: 'off'
  /** To give away the system prompt. */
  'prompt-extraction'?: 'off'
  /** Marks that open a turn of the system. */
  markup?: 'off'
  /** To keep something from the user. */
  'hide-from-user'?: 'off'
}

/** Text that tries to take over. It is flagged; nothing promises that all of it is found. */
export interface InjectionConfig {
  /** What looks for it. @default ["builtin"] */
  detectors?: Several<'builtin'>
  /**
   * What a find leads to.
   * @default "flag"
   * @values {"flag": "Rules decide, by `injection: flagged`.", "block": "The request is refused."}
   */
  action?: 'flag' | 'block'
  thresholds?: InjectionThresholdsConfig
  /** Families of phrases that are `off`. */
  families?: InjectionFamiliesConfig
  /** `off`: the linear model is not asked, the families of phrases alone decide. */
  model?: 'off'
  /** Left out: all that are served, and none may be missing. */
  surfaces?: Several<SurfaceName>
}

/** Words, by which text looks like code or asks for reasoning. */
export interface ComplexitySignalsConfig {
  /** Make a request at least medium. */
  code?: SignalWord[]
  /** Make a request complex. */
  reasoning?: SignalWord[]
}

/**
 * @minLength 2
 * @maxLength 100
 */
export type SignalWord = string

/** A small model that is asked how hard a request is. It stands behind the label filter like every other call. */
export interface ComplexityClassifierConfig {
  model: Destination
  /** Then the heuristic decides. @default "2s" */
  timeout?: Duration
}

/** How large a request of a class may be. */
export interface ComplexityBoundConfig {
  /**
   * Estimated tokens of the input.
   * @asType integer
   * @minimum 1
   * @maximum 1000000000
   */
  maxTokens: number
}

/** How hard a request is: `simple`, `medium` or `complex`. */
export interface ComplexityConfig {
  /** What is simple. @default {"maxTokens": 256} */
  simple?: ComplexityBoundConfig
  /** What is medium; all beyond is complex. @default {"maxTokens": 1024} */
  medium?: ComplexityBoundConfig
  signals?: ComplexitySignalsConfig
  classifier?: ComplexityClassifierConfig
}

export interface ClassifyConfig {
  scan?: ScanConfig
  privacy?: PrivacyConfig
  injection?: InjectionConfig
  complexity?: ComplexityConfig
}
