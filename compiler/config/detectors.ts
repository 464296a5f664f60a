/** `policies/detectors/*.yaml`: packs of detectors of your own, each with cases that show what it finds. */
import type { Several } from './rules.ts'
import type { LabelName, Name, PatternId, Regex } from './scalars.ts'

/**
 * @minLength 3
 * @maxLength 64
 * @pattern ^[ -~]*$
 */
export type Keyword = string

/** A detector: what it looks for, and what must hold of a find. */
export interface DetectorConfig {
  /** What rules redact by, and the kind that its finds have. */
  id: PatternId
  /** What it finds, for people. */
  description?: string
  regex: Regex
  /**
   * Words of which one stands in everything that the regex matches, in any case: only text that holds one is looked
   * at. Left out, they are taken from the regex.
   */
  keywords?: Several<Keyword>
  /** The named group that is the find; the rest is context. Left out: the whole match. */
  group?: Name
  /**
   * What must hold of a find.
   * @default "none"
   * @values {"luhn": "Its digits pass Luhn's check.", "mod97": "Its letters and digits pass the check of IBANs.", "none": "Nothing."}
   */
  check?: 'luhn' | 'mod97' | 'none'
  /**
   * Bits per character that a find must have at least.
   * @minimum 0
   * @maximum 8
   * @default 0
   */
  minEntropy?: number
  /**
   * What stands in brackets in its place in redacted text. Left out: the id, in capitals.
   * @pattern ^[A-Z0-9][A-Z0-9_:-]{0,39}$
   */
  placeholder?: string
  /** Another label than that of `classify.privacy`. */
  label?: LabelName
}

/** A text, and what the pack's detectors find in it. */
export interface DetectorCaseConfig {
  /**
   * What a request would say.
   * @minLength 1
   * @maxLength 10000
   */
  text: string
  /** Ids of the detectors that find something; `[]` for none. */
  finds: PatternId[]
}

/** A pack. All packs in the folder are in force wherever `classify.privacy` is set. */
export interface DetectorsFile {
  /** Version of this format. @default 1 */
  version?: 1
  /** What it looks for. */
  detectors: Several<DetectorConfig>
  /** What `aicc test` tries on the real scanner. */
  cases?: DetectorCaseConfig[]
}
