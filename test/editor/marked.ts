/** A text with a mark for the cursor → the text, and where the cursor is. */
import type { Position } from './language-server.ts'

export const MARK = '┆'

export interface Marked {
  text: string
  at: Position
}

export function readMark(marked: string): Marked {
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n')
  return {
    text: marked.replaceAll(MARK, ''),
    at: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  }
}
