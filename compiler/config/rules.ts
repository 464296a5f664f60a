/** Rules of `policy.yaml`: when, and what then. */
import type {
  Destination,
  HeaderName,
  LabelName,
  ModelPattern,
  Name,
  Regex,
  RuleId,
  SurfaceName,
  TimeOfDay,
} from './scalars.ts'

/** @minItems 1 */
export type Several<T> = T[]

/** One, or a list of which any will do. */
export type OneOf<T> = T | Several<T>

/**
 * A range of numbers: `atLeast` and up, and `below`.
 * @minProperties 1
 */
export interface RangeConfig {
  /**
   * This number, or more.
   * @asType integer
   * @minimum 0
   * @maximum 1000000000
   */
  atLeast?: number
  /**
   * Fewer than this.
   * @asType integer
   * @minimum 1
   * @maximum 1000000000
   */
  below?: number
}

/**
 * What a header must be. All of what is said must hold.
 * @minProperties 1
 */
export interface HeaderTestConfig {
  /** Whether it is there at all. */
  present?: true
  /** Its value begins with this. */
  prefix?: string
  /** Its value holds this. */
  contains?: string
}

/**
 * Which text is looked at.
 * @default "user"
 * @values {"user": "The last user turn; all of a completion's prompt or an embedding's input.", "system": "All system and developer text.", "conversation": "Everything."}
 */
export type PromptPart = 'user' | 'system' | 'conversation'

/** Text that holds one of these, as it stands. */
export interface ContainsConfig {
  in?: PromptPart
  /** The text, or several of which any will do. */
  contains: OneOf<PhraseText>
  /** Whether upper and lower case differ. @default false */
  caseSensitive?: boolean
}

/**
 * @minLength 1
 * @maxLength 1000
 */
export type PhraseText = string

/** Text that a pattern matches somewhere. */
export interface MatchesConfig {
  in?: PromptPart
  matches: Regex
}

/** Text that one of the entries of `phrases` finds. */
export interface NamedPhraseConfig {
  in?: PromptPart
  /** An entry of `phrases`, or several of which any will do. */
  named: OneOf<Name>
}

export type PromptTestConfig = ContainsConfig | MatchesConfig | NamedPhraseConfig

/** An entry of `phrases`: text to look for, under a name that rules share. */
export type PhraseConfig = Omit<ContainsConfig, 'in'> | Omit<MatchesConfig, 'in'>

/** A window of the week, in `timeZone`. From a later to an earlier time it runs over midnight. */
export interface TimeWindowConfig {
  from: TimeOfDay
  to: TimeOfDay
  /** Days on which it begins; all when left out. */
  days?: Several<'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'>
}

/**
 * How hard a request is.
 * @values {"simple": "Short, without signals.", "medium": "Longer, or code.", "complex": "Long, or asks for reasoning."}
 */
export type ComplexityName = 'simple' | 'medium' | 'complex'

/**
 * When a rule holds: everything that is said must be true.
 * @minProperties 1
 */
export interface Condition {
  /** All of these hold. */
  all?: Several<Condition>
  /** At least one of these holds. */
  any?: Several<Condition>
  /** This does not hold. */
  not?: Condition
  /** The name the client asked for, as it wrote it. */
  model?: OneOf<ModelPattern>
  /** The client whose key was shown. */
  client?: OneOf<Name>
  /** The request carries one of these tags: from its client's entry or an earlier rule. */
  tag?: OneOf<Name>
  /** Headers of the request; of several, all must be as said. A text stands for that very value, a list for one of several. */
  header?: Record<HeaderName, string | Several<string> | HeaderTestConfig>
  /** What its text holds. */
  prompt?: PromptTestConfig
  /** Estimated tokens of the input. */
  tokens?: RangeConfig
  /** `max_tokens` of the request; where it names none, no range holds. */
  maxTokens?: RangeConfig
  /** Characters of the system prompt. */
  systemLength?: RangeConfig
  /** Whether tools are offered to the model. */
  tools?: boolean
  /** Whether there are images in it. */
  images?: boolean
  /** Whether the answer is wanted as a stream. */
  stream?: boolean
  /** The API that was called. */
  surface?: OneOf<SurfaceName>
  /** The request carries one of these labels. */
  label?: OneOf<LabelName>
  /**
   * The verdict of `classify.injection`.
   * @values {"flagged": "Something was found.", "clean": "Nothing was found, which promises little."}
   */
  injection?: 'flagged' | 'clean'
  /** How hard it is, as `classify.complexity` has it. */
  complexity?: OneOf<ComplexityName>
  /** These backends are held to be up. */
  healthy?: OneOf<Name>
  /** This mode is on. */
  mode?: Name
  time?: TimeWindowConfig
}

/** One arm of a split. */
export interface SplitArmConfig {
  to: Destination
  /**
   * Its share, of the sum of all weights.
   * @asType integer
   * @minimum 1
   * @maximum 1000000
   */
  weight: number
}

/** Refuses the request. */
export interface BlockConfig {
  /**
   * HTTP status of the answer.
   * @asType integer
   * @minimum 400
   * @maximum 499
   * @default 403
   */
  status?: number
  /**
   * What the client is told.
   * @minLength 1
   * @maxLength 500
   */
  message: string
}

/** Replaces what detectors find by typed placeholders, before anything leaves. */
export interface RedactConfig {
  /** `secrets`, `pii`, or ids of `classify.privacy.patterns` and of detectors in packs. */
  detectors: Several<Name>
  /** What becomes of labels whose every cause was redacted: another label, or `none`. Left out, they stay. */
  relabel?: Name
}

/**
 * Parameters of a request. `max_tokens` also stands for `max_completion_tokens`.
 * @minProperties 1
 */
export interface SetConfig {
  /** Most tokens of the answer. */
  max_tokens?: ParameterCount
  /** How freely words are chosen; 0 is least. */
  temperature?: number
  /** Words are chosen among the likeliest that make up this share. */
  top_p?: number
  /** Words are chosen among so many of the likeliest. Not every backend knows it. */
  top_k?: ParameterCount
  /** Words below this share of the likeliest one's are left out. Not every backend knows it. */
  min_p?: number
  /** Against words that were there at all. */
  presence_penalty?: number
  /** Against words by how often they were there. */
  frequency_penalty?: number
  /** Against repetition, as a factor. Not every backend knows it. */
  repetition_penalty?: number
  /**
   * The same seed gives the same answer, where a backend can.
   * @asType integer
   * @minimum -9007199254740991
   * @maximum 9007199254740991
   */
  seed?: number
  /** Whether several tools may be called at once. */
  parallel_tool_calls?: boolean
  /** How long a reasoning model may think. */
  reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'
}

/**
 * @asType integer
 * @minimum 1
 * @maximum 1000000000
 */
export type ParameterCount = number

/**
 * Bounds for a number.
 * @minProperties 1
 */
export interface BoundsConfig {
  /** What is below becomes this. */
  min?: number
  /** What is above becomes this. */
  max?: number
}

/**
 * Parameters that are kept within bounds. One that is absent stays absent, but for `max_tokens`, which becomes its `max`.
 * @minProperties 1
 */
export interface ClampConfig {
  max_tokens?: BoundsConfig
  temperature?: BoundsConfig
  top_p?: BoundsConfig
  top_k?: BoundsConfig
  min_p?: BoundsConfig
  presence_penalty?: BoundsConfig
  frequency_penalty?: BoundsConfig
  repetition_penalty?: BoundsConfig
}

/**
 * A rule. With `to`, `split` or `block` it settles the request; without one of them it only changes it, and the rules
 * after it decide.
 */
export interface RuleConfig {
  /** Its name in logs, headers and tests. */
  id: RuleId
  /** Left out, it always holds. The last rule must always hold and settle. */
  when?: Condition
  to?: Destination
  /** Models that share its requests. The same user gets the same one each time: `user` of the body, else the client, all of whose requests then fall on one arm. */
  split?: Several<SplitArmConfig>
  block?: BlockConfig
  /** With `to` or `split`: reaches backends that a mode gates. It never reaches past a label. */
  force?: true
  /** Text is redacted for models that rules lead to; a request for a model by its name is not. */
  redact?: RedactConfig
  /** Tags that the rules after it can ask for. */
  addTags?: Several<Name>
  set?: SetConfig
  clamp?: ClampConfig
}
