/** What must hold of a value before it counts as a secret: that it is no stand-in, no name, no reference to one. */
import { CAPITAL, NUMERAL, SMALL } from '../character-sorts.ts'
import type { Check } from './key-format.ts'
import { countSorts, entropyIn, meanRunIn, sortsIn, type Stretch, stretchOf } from './measures.ts'

/** A value and where it stands. */
export interface Candidate {
  value: string
  /** The same where it stands. */
  stretch: Stretch
  /** The rest of the name that it is assigned to; empty where nothing is. */
  rest: string
  /** What assigns it: a sign or a word, mere space, nothing. */
  operator: 'sign' | 'space' | null
  /** A few characters on either side, of the name and the value. */
  before: string
  after: string
}

/** Filled in with crosses, stars or dots. */
const BLANKED = /x{4}|\*{3}|\.{3}/i
/** Words that say so. A key of a known shape may hold them by chance, or because its provider made it an example. */
const STAND_IN = /example|placeholder|changeme|redacted|^(?:your|insert|my)[_-]|^<|not-?the-?|_here$/i
/** `$NAME`, `{{ name }}`, `process.env.NAME`, `os.environ`, `ENV[…]`. */
const REFERENCE =
  /^(?:[$%#@[{]|0x|(?:process|os|env|config|settings|self|this|secrets|vars?|std)[.:]|env_|ENV)/
const IDENTIFIER = /^[A-Za-z_]\w{0,60}(?:(?:\.|::|->)[A-Za-z_]\w{0,60}){1,8}$/
const PLACE = /^(?:[a-z][a-z0-9+.-]{1,12}:\/\/|\.{0,2}\/[\w.-]{1,60}\/|[A-Za-z]:\\)/
/** What is assigned to these is about a secret and none itself. */
const ABOUT =
  /(?:id|ids|ur[il]|path|file|store|name|type|count|size|len|length|field|hint|policy|version|algorithm|board|word|format|_at|date|expires?)$/i
const OPEN_KEY =
  /(?:^|[^A-Za-z])(?:public|primary|foreign|partition|sort|cache|idempotency|row|bucket|sequence|page|next|max|min)[_-]?$/i
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether there are characters of each of these sorts. */
function holds(stretch: Stretch, sorts: number): boolean {
  return (sortsIn(stretch) & sorts) === sorts
}

/** Shannon entropy in bits per character, of a text of at most 65,535. */
export function entropy(text: string): number {
  return entropyIn(stretchOf(text))
}

export function passes(check: Check, candidate: Candidate): boolean {
  if (check === 'any') return true
  return CHECKS[check](candidate) && !BLANKED.test(candidate.value) && entropyIn(candidate.stretch) >= 1
}

const CHECKS: Readonly<Record<Exclude<Check, 'any'>, (candidate: Candidate) => boolean>> = {
  marked: () => true,
  digits: ({ value, stretch }) =>
    holds(stretch, NUMERAL) || (value.endsWith('=') && holds(stretch, SMALL | CAPITAL)),
  random: ({ stretch }) => holds(stretch, NUMERAL) && meanRunIn(stretch) < 4 && entropyIn(stretch) >= 3,
  password: (candidate) => isPassword(candidate) && isValue(candidate),
  token: (candidate) => isToken(candidate) && isValue(candidate) && !OPEN_KEY.test(candidate.before),
  pair: (candidate) =>
    candidate.value.length >= 6 && countSorts(sortsIn(candidate.stretch)) >= 2 && isValue(candidate),
}

/** Something written down, not a reference to it. */
function isValue({ value, stretch, rest, after }: Candidate): boolean {
  return (
    !STAND_IN.test(value) &&
    !REFERENCE.test(value) &&
    !IDENTIFIER.test(value) &&
    !PLACE.test(value) &&
    (!ABOUT.test(rest) || isMixed(stretch)) &&
    !/^[([]/.test(after)
  )
}

/** So mixed that its name does not matter. */
function isMixed(stretch: Stretch): boolean {
  const { start, end } = stretch
  return end - start >= 12 && holds(stretch, NUMERAL | SMALL | CAPITAL) && meanRunIn(stretch) < 2.5
}

/** Of letters, digits and marks, mixed. Behind a mere space it must be very mixed: prose has many words. */
function isPassword({ value, stretch, rest, operator }: Candidate): boolean {
  if (/^[a-z]/.test(rest) && !/^(?:s|word|phrase|key|value)/.test(rest)) return false
  return isMarked(sortsIn(stretch), value.length, operator)
}

/** Whether what has these sorts of characters may be a password. */
function isMarked(sorts: number, length: number, operator: Candidate['operator']): boolean {
  const marks = countSorts(sorts)
  const hasNumeral = (sorts & NUMERAL) !== 0
  if (operator === 'space') return marks >= 3 && hasNumeral
  return marks >= 3 || (marks === 2 && hasNumeral && length >= 8)
}

const SHORTEST_TOKEN = 10
const UUID_LENGTH = 36

/** Whether it is worth being asked: what a value is made of is known without cutting it out. */
export function mayPass(check: 'password' | 'token', stretch: Stretch, operator: 'sign' | 'space'): boolean {
  const length = stretch.end - stretch.start
  if (check === 'token' && (operator === 'space' || length < SHORTEST_TOKEN)) return false
  const sorts = sortsIn(stretch)
  const hasNumeral = (sorts & NUMERAL) !== 0
  if (check === 'token') return hasNumeral || length === UUID_LENGTH
  return isMarked(sorts, length, operator)
}

function isToken({ value, stretch, operator }: Candidate): boolean {
  if (operator !== 'sign' || value.length < SHORTEST_TOKEN) return false
  if (UUID.test(value) || /^\d{15,40}$/.test(value)) return true
  const sorts = sortsIn(stretch)
  const isMany = (sorts & SMALL) !== 0 && (sorts & CAPITAL) !== 0
  return (
    (sorts & NUMERAL) !== 0 &&
    (sorts & (SMALL | CAPITAL)) !== 0 &&
    !value.includes(':') &&
    (isMany || /[0-9].*[0-9]/.test(value)) &&
    meanRunIn(stretch) < longestMeanRun(value) &&
    entropyIn(stretch) >= 2.5
  )
}

/** Chance makes runs of any length where characters are many; words are set apart by marks. */
function longestMeanRun(value: string): number {
  if (!/^[A-Za-z0-9]{20,}$/.test(value)) return 3.5
  return value.length < 32 ? 6 : 8.5
}
