/**
 * Many words found in one walk over a text (Aho and Corasick), as a table: its time does not depend on how many words
 * there are.
 */
import { codesOf, STRETCH } from './codes-of.ts'

/** So many classes do for ASCII. Words of more letters share them, and each find is compared with the word. */
const MOST_CLASSES = 160

export interface Literals {
  /** Calls `onHit` for each place where a word stands: its index in the list, and where it begins. */
  scan: (text: string, onHit: (word: number, start: number) => void) => void
}

interface Trie {
  /** Rows of states: for each class of character the next state. */
  next: Int32Array
  /** Words that end in a state, by index. */
  ends: number[][]
}

/**
 * @param words not empty
 * @param anyCase ASCII letters match in either case; words must be ASCII
 */
export function createLiterals(words: readonly string[], { anyCase }: { anyCase: boolean }): Literals {
  const written = anyCase ? words.map((word) => word.toLowerCase()) : words
  const { classes, width, isShared } = toClasses(written, anyCase)
  const { next, ends } = toAutomaton(written, classes, width)
  // A state is the index of its row; one in which words end is written as its complement, hence negative.
  const table = next.map((state) => (ends[state]?.length ? ~(state * width) : state * width))

  function scan(text: string, onHit: (word: number, start: number) => void): void {
    const codes = codesOf(text)
    /** In which the words end that end in `state`. */
    const hit = (state: number, end: number): void => {
      const ended = ends[state / width] ?? []
      for (let i = 0; i < ended.length; i += 1) {
        const word = ended[i] ?? 0
        const literal = written[word] ?? ''
        const start = end - literal.length
        if (!isShared || text.startsWith(literal, start)) onHit(word, start)
      }
    }
    let state = 0
    for (let from = 0; from < text.length; from += STRETCH)
      state = walk({ codes, from, to: Math.min(text.length, from + STRETCH), hit }, state)
  }

  /** @returns the state behind the stretch */
  function walk({ codes, from, to, hit }: Walk, before: number): number {
    const rows = table
    const classOf = classes
    let state = before
    for (let i = from; i < to; i += 1) {
      state = rows[state + (classOf[codes[i] ?? 0] ?? 0)] ?? 0
      if (state < 0) {
        state = ~state
        hit(state, i + 1)
      }
    }
    return state
  }
  return { scan }
}

interface Walk {
  codes: Uint16Array
  from: number
  to: number
  hit: (state: number, end: number) => void
}

/** Characters that no word holds are all alike: class 0. */
function toClasses(
  words: readonly string[],
  anyCase: boolean,
): { classes: Uint8Array; width: number; isShared: boolean } {
  const classes = new Uint8Array(0x10000)
  let width = 1
  let isShared = false
  for (const word of words) {
    for (let i = 0; i < word.length; i += 1) {
      const code = word.charCodeAt(i)
      if (classes[code] !== 0) continue
      isShared ||= width === MOST_CLASSES
      const own = width < MOST_CLASSES ? width : 1 + (code % (MOST_CLASSES - 1))
      classes[code] = own
      if (anyCase) classes[word.charAt(i).toUpperCase().charCodeAt(0)] = own
      width = Math.min(MOST_CLASSES, width + 1)
    }
  }
  return { classes, width, isShared }
}

function toAutomaton(words: readonly string[], classes: Uint8Array, width: number): Trie {
  const { next, ends } = toTrie(words, classes, width)
  const fallback = new Int32Array(ends.length)
  const queue = [0]
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at] ?? 0
    const row = state * width
    const back = (fallback[state] ?? 0) * width
    for (let c = 0; c < width; c += 1) {
      const child = next[row + c] ?? 0
      const to = state === 0 ? 0 : (next[back + c] ?? 0)
      if (child === 0) {
        next[row + c] = to
        continue
      }
      fallback[child] = to
      ends[child]?.push(...(ends[to] ?? []))
      queue.push(child)
    }
  }
  return { next, ends }
}

/** State 0 is the root; 0 as a child means none yet. */
function toTrie(words: readonly string[], classes: Uint8Array, width: number): Trie {
  const most = words.reduce((sum, { length }) => sum + length, 1)
  const next = new Int32Array(most * width)
  const ends: number[][] = [[]]
  for (const [index, word] of words.entries()) {
    let state = 0
    for (let i = 0; i < word.length; i += 1) {
      const edge = state * width + (classes[word.charCodeAt(i)] ?? 0)
      if (next[edge] === 0) {
        next[edge] = ends.length
        ends.push([])
      }
      state = next[edge] ?? 0
    }
    ends[state]?.push(index)
  }
  return { next: next.slice(0, ends.length * width), ends }
}
