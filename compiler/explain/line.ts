import type { LineOfFile } from '../simulate/line-of-file.ts'

/** A line for people, and where what it says is written. */
export interface Line {
  text: string
  at: LineOfFile | null
}

const NAME_COLUMNS = 12

/** A named line without a place. */
export function row(name: string, text: string): Line {
  return { text: name.padEnd(NAME_COLUMNS) + text, at: null }
}
