/**
 * Words of which one must stand in every text that a pattern matches, so that one walk over a text can tell which of
 * many patterns are worth trying.
 */
import type { CodePoints } from './code-points.ts'
import { parseRegex } from './parse-regex.ts'
import { NotJudged, type RegexNode } from './regex-node.ts'

/** What is shorter stands in nearly every text. In bytes of UTF-8: one ideograph tells as much as three letters. */
const SHORTEST = 3
/** What is longer finds no less when it is cut, in characters. */
const LONGEST = 16
/** Characters that one place may hold, spellings that stand next to each other, words in all. */
const MAX_SPELLINGS = 4
const MAX_WRITTEN_OUT = 64
const MAX_LITERALS = 256

/**
 * @param source what the engine has compiled with these flags and `u`
 * @returns words in lower case, sorted: whatever text the pattern matches, `text.toLowerCase()` holds one of them.
 * Null when no such words of three bytes or more are known; then the pattern has to be tried on every text
 */
export function requiredLiterals(source: string, flags: string): string[] | null {
  try {
    const { some } = look(parseRegex(source, flags))
    return some === null ? null : withoutLonger(some).toSorted()
  } catch (error) {
    if (error instanceof NotJudged) return null
    throw error
  }
}

/** What is known of all texts that a part of a pattern matches. All spellings are in lower case. */
interface Known {
  /** Each of them; null when there are too many. */
  all: readonly string[] | null
  /** Words of which each of them holds one. Null = none that are worth looking for. */
  some: readonly string[] | null
}

const NOTHING: Known = { all: null, some: null }
const EMPTY: Known = { all: [''], some: null }

function look(node: RegexNode): Known {
  switch (node.kind) {
    case 'assertion':
      return EMPTY
    case 'set':
      return exactly(spellings(node.set))
    case 'choice':
      return lookAtChoice(node.options.map(look))
    case 'sequence':
      return lookAtSequence(node.parts.map(look))
    case 'repeat':
      break
  }
  const { of, min, max } = node
  const once = look(of)
  const rounds = times(Math.min(min, LONGEST), once)
  if (max === null || max > LONGEST) return lookAtSequence([...rounds, NOTHING])
  const maybe: Known = { all: lookAtChoice([once, EMPTY]).all, some: null }
  return lookAtSequence([...rounds, ...times(max - min, maybe)])
}

function times(count: number, known: Known): Known[] {
  return Array.from({ length: count }, () => known)
}

/** Every way to spell a character of the set; null when they are too many, or in doubt. */
function spellings(set: CodePoints): string[] | null {
  const found = new Set<string>()
  for (let i = 0; i < set.length; i += 2) {
    const [from = 0, to = 0] = set.slice(i, i + 2)
    if (to - from >= 2 * MAX_SPELLINGS) return null
    for (let codePoint = from; codePoint <= to; codePoint++) {
      const character = String.fromCodePoint(codePoint)
      // Another engine may know what this one does not, and that it has a lower case.
      if (/\p{Cn}/u.test(character)) return null
      found.add(character.toLowerCase())
      // Its lower case depends on what stands around it.
      if (character === 'Σ') found.add('ς')
    }
    if (found.size > MAX_SPELLINGS) return null
  }
  return found.size === 0 ? null : [...found]
}

function exactly(all: readonly string[] | null): Known {
  return { all, some: all === null ? null : asLiterals(all) }
}

function lookAtChoice(options: readonly Known[]): Known {
  const all = union(options.map((option) => option.all))
  const some = union(options.map((option) => option.some))
  return {
    all: all !== null && all.length <= MAX_WRITTEN_OUT ? all : null,
    some: some !== null && some.length <= MAX_LITERALS ? some : null,
  }
}

function union(lists: readonly (readonly string[] | null)[]): string[] | null {
  const found = new Set<string>()
  for (const list of lists) {
    if (list === null) return null
    for (const each of list) found.add(each)
  }
  return [...found]
}

/** Spellings that stand next to each other are written out, as far as they are few; the best of them counts. */
function lookAtSequence(parts: readonly Known[]): Known {
  let isWhole = true
  let best: readonly string[] | null = null
  let run: readonly string[] = ['']
  for (const { all, some } of parts) {
    best = better(best, some)
    const longer = all === null ? null : append(run, all)
    if (longer === null) isWhole = false
    run = longer ?? all ?? ['']
    best = better(best, asLiterals(run))
  }
  return { all: isWhole ? run : null, some: best }
}

/** Null when it is no longer worth while. */
function append(heads: readonly string[], tails: readonly string[]): string[] | null {
  if (heads.length * tails.length > MAX_WRITTEN_OUT) return null
  if (heads.some((head) => head.length >= 2 * LONGEST)) return null
  return [...new Set(heads.flatMap((head) => tails.map((tail) => head + tail)))]
}

function asLiterals(words: readonly string[]): readonly string[] | null {
  if (shortestOf(words) < SHORTEST) return null
  return [...new Set(words.map((word) => Array.from(word).slice(0, LONGEST).join('')))]
}

/** The longer, then the fewer, the rarer. */
function better(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b
  const gain = shortestOf(b) - shortestOf(a)
  return gain > 0 || (gain === 0 && b.length < a.length) ? b : a
}

function shortestOf(words: readonly string[]): number {
  return Math.min(...words.map((word) => Buffer.byteLength(word)))
}

/** Where a word holds another one, that other is found with it. */
function withoutLonger(words: readonly string[]): string[] {
  return words.filter((word) => !words.some((other) => other !== word && word.includes(other)))
}
