/** A text as it is read, and the way back to where it stands in the request. */
import type { PartSpan } from './haystack.ts'

export interface Reading {
  text: string
  /** From a stretch of this text to the stretches of parts; none where a find there does not count. */
  locate: (start: number, end: number) => PartSpan[]
}
