/**
 * Many words found in one walk over a text (Aho and Corasick), as a table: its time does not depend on how many words
 * there are.
 */
import { codesOf } from './codes-of.ts'

export interface Literals {
  /** Calls `onHit` for each place where a word stands: its index in the list, and where it begins. */
  scan: (text: string, onHit: (word: number, start: number) => void) => void
}

interface Trie {
  /** Row of a state: next state for each class of character. */
  next: number[][]
  /** Words that end in a state, by index. */
  ends: number[][]
}

/**
 * @param words not empty
 * @param anyCase ASCII letters match in either case; words must be ASCII
 */
export function createLiterals(words: readonly string[], { anyCase }: { anyCase: boolean }): Literals {
  const written = anyCase ? words.map((word) => word.toLowerCase()) : words
  const { classes, width } = toClasses(written, anyCase)
  const { next, ends } = toAutomaton(written, classes, width)
  // A state is the index of its row; one in which words end is written as its complement, hence negative.
  const table = Int32Array.from(next.flat(), (state) =>
    ends[state]?.length ? ~(state * width) : state * width,
  )
  const lengths = words.map(({ length }) => length)

  function scan(text: string, onHit: (word: number, start: number) => void): void {
    const codes = codesOf(text)
    let state = 0
    for (let i = 0; i < codes.length; i += 1) {
      state = table[state + (classes[codes[i] ?? 0] ?? 0)] ?? 0
      if (state < 0) {
        state = ~state
        for (const word of ends[state / width] ?? []) onHit(word, i + 1 - (lengths[word] ?? 0))
      }
    }
  }
  return { scan }
}

/** Characters that no word holds are all alike: class 0. */
function toClasses(words: readonly string[], anyCase: boolean): { classes: Uint16Array; width: number } {
  const classes = new Uint16Array(0x10000)
  let width = 1
  for (const word of words) {
    for (let i = 0; i < word.length; i += 1) {
      if (classes[word.charCodeAt(i)] !== 0) continue
      classes[word.charCodeAt(i)] = width
      if (anyCase) classes[word.charAt(i).toUpperCase().charCodeAt(0)] = width
      width += 1
    }
  }
  return { classes, width }
}

function toAutomaton(words: readonly string[], classes: Uint16Array, width: number): Trie {
  const { next, ends } = toTrie(words, classes, width)
  const fallback = [0]
  const queue = [0]
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at] ?? 0
    const row = next[state] ?? []
    const back = next[fallback[state] ?? 0] ?? []
    for (let c = 0; c < width; c += 1) {
      const child = row[c] ?? 0
      if (child === 0) {
        row[c] = state === 0 ? 0 : (back[c] ?? 0)
        continue
      }
      const to = state === 0 ? 0 : (back[c] ?? 0)
      fallback[child] = to
      ends[child]?.push(...(ends[to] ?? []))
      queue.push(child)
    }
  }
  return { next, ends }
}

/** State 0 is the root; 0 as a child means none yet. */
function toTrie(words: readonly string[], classes: Uint16Array, width: number): Trie {
  const next: number[][] = [Array<number>(width).fill(0)]
  const ends: number[][] = [[]]
  for (const [index, word] of words.entries()) {
    let state = 0
    for (let i = 0; i < word.length; i += 1) {
      const row = next[state] ?? []
      const c = classes[word.charCodeAt(i)] ?? 0
      if (row[c] === 0) {
        row[c] = next.length
        next.push(Array<number>(width).fill(0))
        ends.push([])
      }
      state = row[c] ?? 0
    }
    ends[state]?.push(index)
  }
  return { next, ends }
}
