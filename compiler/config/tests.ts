/** `policies/tests/*.test.yaml`: what a policy must decide. */
import type { ComplexityName, Several } from './rules.ts'
import type { LabelName, ModelName, Name, SurfaceName } from './scalars.ts'

/** A message in OpenAI's shape, as a client would send it. */
export interface TestMessageConfig {
  /** Who speaks. */
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  /** Text, or content parts as OpenAI has them. */
  content: string | unknown[]
}

/** The request of a case. Say `prompt`, `messages` or a whole `body`; the rest has defaults. */
export interface TestRequestConfig {
  /** The first of `clients.yaml` when left out. */
  client?: Name
  /** The name asked for. */
  model?: ModelName
  /** The API that is called. @default "chat" */
  surface?: SurfaceName
  /** The last user turn. */
  prompt?: string
  /**
   * Repeats `prompt` until the request has so many estimated tokens.
   * @asType integer
   * @minimum 1
   * @maximum 1000000
   */
  tokens?: number
  /** The system prompt. */
  system?: string
  /** Turns between the system prompt and `prompt`. */
  messages?: Several<TestMessageConfig>
  /** Further fields of the body, or all of it. */
  body?: Record<string, unknown>
  /** Headers by name. */
  headers?: Record<string, string>
}

/** What is true of the world in a case. */
export interface TestWorldConfig {
  /** Modes that are on. */
  modes?: Name[]
  /** Backends that are down. */
  down?: Name[]
  /** What the model of `classify.complexity.classifier` answers. Left out, it is silent and the heuristic decides. */
  classifier?: ComplexityName
  /**
   * Day and time in the policy's `timeZone`.
   * @pattern ^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$
   * @examples ["fri 22:30"]
   * @default "mon 12:00"
   */
  time?: string
}

/**
 * What must come out. Only what is said is compared.
 * @minProperties 1
 */
export interface TestExpectConfig {
  /** Whether it is sent on at all. */
  decision?: 'route' | 'refuse'
  /** Id of the rule that settles it, or `none`. */
  rule?: Name
  /** The served model. */
  model?: ModelName
  /** Backend of the first target. */
  backend?: Name
  /** All targets in order, as `backend/model`. */
  targets?: string[]
  /** Zone of the first target. */
  zone?: Name
  /** No target is in a less trusted zone than this. */
  staysIn?: Name
  /** Whether a rule forced it past modes. */
  forced?: boolean
  /** Labels it carries at the end, in any order. */
  labels?: LabelName[]
  /** Tags it carries at the end, in any order. */
  tags?: Name[]
  /** How hard it is found to be. */
  complexity?: ComplexityName
  /** The verdict on injection. */
  injection?: 'flagged' | 'clean'
  /**
   * HTTP status of a refusal.
   * @asType integer
   * @minimum 400
   * @maximum 599
   */
  status?: number
  /** Error code of a refusal, as clients see it. */
  code?: string
  /** Parameters of the body that goes out. */
  set?: Record<string, unknown>
  /** Detectors whose finds are replaced. */
  redact?: Name[]
}

/** A request, and what must come of it. */
export interface TestCaseConfig {
  /**
   * What it shows, in a sentence.
   * @minLength 1
   */
  name: string
  /** What a client sends. */
  request: TestRequestConfig
  /** What is true meanwhile; otherwise no mode is on and every backend is up. */
  given?: TestWorldConfig
  /** What must come of it. */
  expect: TestExpectConfig
}

/** A file of cases. */
export type TestsFile = TestCaseConfig[]
