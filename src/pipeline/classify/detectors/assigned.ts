/**
 * Secrets by the name of what they are assigned to: in environment files, JSON, YAML, XML, code, command lines and
 * prose. What is assigned is judged by `checks.ts`, since most of it is none. Read by hand and not by one pattern: it
 * would try again for each way to end a name.
 */
import { BLANK, endOfFew, IN_NAME, IN_VALUE, QUOTE, SORTS } from '../character-sorts.ts'
import { mayPass, passes } from './checks.ts'
import type { Find } from './detector.ts'

const PASSWORDS = 'password passwd passwort passphrase pwd pass pw secret credential salt'.split(' ')
const TOKENS = 'token key api auth login cred access bearer license client_id clientid'.split(' ')

/** Parts of names, and what one would assign to them. */
export const ASSIGNED_NAMES: readonly { name: string; check: 'password' | 'token' }[] = [
  ...PASSWORDS.map((name) => ({ name, check: 'password' as const })),
  ...TOKENS.map((name) => ({ name, check: 'token' as const })),
]

/** What names are looked for in. */
export interface AssignmentSource {
  text: string
  codes: Uint16Array
}

/** Most characters of each part of an assignment. */
const LONGEST = { rest: 24, quotes: 4, blanks: 4, value: 200 }
const SHORTEST_VALUE = 6

/** @param at where one of the names begins */
export function findAssigned(
  { text, codes }: AssignmentSource,
  at: number,
  { name, check }: (typeof ASSIGNED_NAMES)[number],
): Find | null {
  const named = at + name.length
  const closed = endOfName(codes, named)
  const quoted = endOfQuotes(codes, closed)
  const assigned = endOfOperator(codes, quoted)
  if (assigned === -1) return null
  const opened = endOfOpening(codes, assigned)
  // A comma assigns in calls only: `setopt(handle, PASSWORD, "…")`.
  if (codes[quoted] === COMMA && opened === -1) return null
  const start = opened === -1 ? assigned : opened
  const most = Math.min(LONGEST.value, text.length - start)
  const end = endOfFew(codes, start, { sorts: IN_VALUE, most })
  if (end - start < SHORTEST_VALUE) return null
  const operator = endOfBlanks(codes, quoted) === assigned ? 'space' : 'sign'
  const stretch = { codes, start, end }
  if (!mayPass(check, stretch, operator)) return null
  const fits = passes(check, {
    value: text.slice(start, end),
    stretch,
    rest: text.slice(named, closed),
    operator,
    before: text.slice(Math.max(0, at - 16), at),
    after: text.charAt(end),
  })
  return fits ? { start, end: closeQuote(text, start, end), kind: 'password' } : null
}

/** The rest of a name. */
function endOfName(codes: Uint16Array, at: number): number {
  const end = endOfFew(codes, at, { sorts: IN_NAME, most: LONGEST.rest })
  if (codes[end] !== HYPHEN) return end
  const further = endOfFew(codes, end + 1, { sorts: IN_NAME, most: LONGEST.rest })
  return further > end + 1 ? further : end
}

/** What closes a name. */
function endOfQuotes(codes: Uint16Array, at: number): number {
  let end = at
  while (end < at + LONGEST.quotes && (isQuote(codes[end] ?? 0) || codes[end] === SQUARE_BRACKET)) end += 1
  return end
}

/** What assigns: a sign or a word with spaces around it, a comma, or spaces alone. -1 = nothing does. */
function endOfOperator(codes: Uint16Array, at: number): number {
  const blanks = endOfBlanks(codes, at)
  const sign = endOfSign(codes, blanks)
  if (sign !== -1) return endOfBlanks(codes, sign)
  if (codes[at] === COMMA) return endOfBlanks(codes, at + 1)
  return blanks > at ? blanks : -1
}

/** `=>`, `->`, `:=`, `||=`, `?=`, `=` to `===`, `:`, `::`, `>`, `is`, `ist`, `was`; -1 for none. */
function endOfSign(codes: Uint16Array, at: number): number {
  const next = codes[at + 1] ?? 0
  const third = codes[at + 2] ?? 0
  switch (codes[at] ?? 0) {
    case EQUALS:
      if (next === GREATER) return at + 2
      return next !== EQUALS ? at + 1 : third === EQUALS ? at + 3 : at + 2
    case COLON:
      return next === EQUALS || next === COLON ? at + 2 : at + 1
    case HYPHEN:
      return next === GREATER ? at + 2 : -1
    case QUESTION:
      return next === EQUALS ? at + 2 : -1
    case BAR:
      return next === BAR && third === EQUALS ? at + 3 : -1
    case GREATER:
      return at + 1
    case LETTER_I:
      if (next !== LETTER_S) return -1
      if (third === SPACE) return at + 3
      return third === LETTER_T && codes[at + 3] === SPACE ? at + 4 : -1
    case LETTER_W:
      return next === LETTER_A && third === LETTER_S && codes[at + 3] === SPACE ? at + 4 : -1
    default:
      return -1
  }
}

/** What opens a value: quotes, of Python with letters before them. -1 = none. */
function endOfOpening(codes: Uint16Array, at: number): number {
  let first = at
  while (first < at + 2 && isPythonPrefix(codes[first] ?? 0)) first += 1
  const end = endOfFew(codes, first, { sorts: QUOTE, most: LONGEST.quotes })
  return end > first ? end : -1
}

function endOfBlanks(codes: Uint16Array, at: number): number {
  return endOfFew(codes, at, { sorts: BLANK, most: LONGEST.blanks })
}

function isQuote(code: number): boolean {
  return ((SORTS[code] ?? 0) & QUOTE) !== 0
}

function isPythonPrefix(code: number): boolean {
  return code === LETTER_B || code === LETTER_R || code === LETTER_F || code === LETTER_U
}

const SPACE = 32
const COMMA = 44
const HYPHEN = 45
const COLON = 58
const EQUALS = 61
const GREATER = 62
const QUESTION = 63
const SQUARE_BRACKET = 93
const LETTER_A = 97
const LETTER_B = 98
const LETTER_F = 102
const LETTER_I = 105
const LETTER_R = 114
const LETTER_S = 115
const LETTER_T = 116
const LETTER_U = 117
const LETTER_W = 119
const BAR = 124

/** A password in quotes may hold what ends one without. */
function closeQuote(text: string, start: number, end: number): number {
  const quote = text.charAt(start - 1)
  if (!/["'`]/.test(quote)) return end
  const close = text.slice(end, end + 128).search(/["'`\n]/)
  return close > 0 && text.charAt(end + close) === quote ? end + close : end
}
