/**
 * A range of one source file, in UTF-16 offsets, and where that is for people.
 */

export interface Span {
  /** Path as it is shown, and key of `Sources`. */
  file: string
  /** Offset of the first character. */
  start: number
  /** Offset after the last character; equal to `start` for an empty range. */
  end: number
}

/** Path as shown → text to draw frames from. What looks like a credential is already masked there. */
export type Sources = ReadonlyMap<string, string>

/** 1-based, columns in UTF-16 units. */
export interface Position {
  line: number
  column: number
}

/** Where an offset is. An offset beyond the end is clamped; CRLF counts as one line break. */
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, Math.max(0, offset))
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: before.length - lineStart + 1 }
}
