/** What must hold of a value before it counts as a secret: that it is no stand-in, no name, no reference to one. */
import type { Check } from './key-format.ts'

/** A value and where it stands. */
export interface Candidate {
  value: string
  /** The rest of the name that it is assigned to, and what assigns; empty where nothing does. */
  rest: string
  operator: string
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

/** Sorts of characters, as bits. `MARK`: whatever no name and no path has. */
export const SMALL = 1
export const CAPITAL = 2
export const NUMERAL = 4
const MARK = 8

const SORTS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[a-z]/.test(character)) return SMALL
  if (/[A-Z]/.test(character)) return CAPITAL
  if (/[0-9]/.test(character)) return NUMERAL
  return /[_.[\]\\/:-]/.test(character) ? 0 : MARK
})

function sortsOf(value: string): number {
  let sorts = 0
  for (let i = 0; i < value.length; i += 1) sorts |= SORTS[value.charCodeAt(i)] ?? MARK
  return sorts
}

/** Whether a value has characters of each of these sorts. */
export function holds(value: string, sorts: number): boolean {
  return (sortsOf(value) & sorts) === sorts
}

export function passes(check: Check, candidate: Candidate): boolean {
  if (check === 'any') return true
  const { value } = candidate
  return CHECKS[check](candidate) && !BLANKED.test(value) && entropy(value) >= 1
}

const CHECKS: Readonly<Record<Exclude<Check, 'any'>, (candidate: Candidate) => boolean>> = {
  marked: () => true,
  digits: ({ value }) => holds(value, NUMERAL) || (value.endsWith('=') && holds(value, SMALL | CAPITAL)),
  random: ({ value }) => holds(value, NUMERAL) && meanRun(value) < 4 && entropy(value) >= 3,
  password: (candidate) => isPassword(candidate) && isValue(candidate),
  token: (candidate) => isToken(candidate) && isValue(candidate) && !OPEN_KEY.test(candidate.before),
  pair: (candidate) => candidate.value.length >= 6 && marksOf(candidate.value) >= 2 && isValue(candidate),
}

/** Something written down, not a reference to it. */
function isValue({ value, rest, after }: Candidate): boolean {
  return (
    !STAND_IN.test(value) &&
    !REFERENCE.test(value) &&
    !IDENTIFIER.test(value) &&
    !PLACE.test(value) &&
    (!ABOUT.test(rest) || isMixed(value)) &&
    !/^[([]/.test(after)
  )
}

/** So mixed that its name does not matter. */
function isMixed(value: string): boolean {
  return value.length >= 12 && holds(value, NUMERAL | SMALL | CAPITAL) && meanRun(value) < 2.5
}

/** Of letters, digits and marks, mixed. Behind a mere space it must be very mixed: prose has many words. */
function isPassword({ value, rest, operator }: Candidate): boolean {
  if (/^[a-z]/.test(rest) && !/^(?:s|word|phrase|key|value)/.test(rest)) return false
  const marks = marksOf(value)
  if (operator !== '' && operator.trim() === '') return marks >= 3 && holds(value, NUMERAL)
  return marks >= 3 || (marks === 2 && holds(value, NUMERAL) && value.length >= 8)
}

/** How many sorts of characters a value has. */
function marksOf(value: string): number {
  const sorts = sortsOf(value)
  return (sorts & 1) + ((sorts >> 1) & 1) + ((sorts >> 2) & 1) + ((sorts >> 3) & 1)
}

function isToken({ value, operator }: Candidate): boolean {
  if (operator.trim() === '' || value.length < 10) return false
  if (UUID.test(value) || /^\d{15,40}$/.test(value)) return true
  const sorts = sortsOf(value)
  const isMany = (sorts & SMALL) !== 0 && (sorts & CAPITAL) !== 0
  return (
    (sorts & NUMERAL) !== 0 &&
    (sorts & (SMALL | CAPITAL)) !== 0 &&
    !value.includes(':') &&
    (isMany || /[0-9].*[0-9]/.test(value)) &&
    meanRun(value) < longestMeanRun(value) &&
    entropy(value) >= 2.5
  )
}

/** Chance makes runs of any length where characters are many; words are set apart by marks. */
function longestMeanRun(value: string): number {
  if (!/^[A-Za-z0-9]{20,}$/.test(value)) return 3.5
  return value.length < 32 ? 6 : 8.5
}

/**
 * Mean length of the runs of one sort of character: words and numbers make longer ones than chance. One capital letter
 * belongs to the small ones behind it.
 */
export function meanRun(value: string): number {
  let runs = 0
  let previous = 0
  let length = 0
  for (let i = 0; i < value.length; i += 1) {
    const sort = (SORTS[value.charCodeAt(i)] ?? 0) & (SMALL | CAPITAL | NUMERAL)
    if (sort === previous) length += 1
    else {
      const isCapitalized = sort === SMALL && previous === CAPITAL && length === 1
      if (sort !== 0 && !isCapitalized) runs += 1
      length = 1
    }
    previous = sort
  }
  return runs === 0 ? value.length : value.length / runs
}

/** How often each character occurs; empty between calls. Characters beyond ASCII share places, which tells less of them. */
const counts = new Uint16Array(128)

/** By count; most words are shorter. */
const LOGARITHMS: Float64Array = Float64Array.from({ length: 513 }, (_, count) => Math.log2(count))

/** Shannon entropy in bits per character, of a text of at most 65,535. */
export function entropy(text: string): number {
  const { length } = text
  for (let i = 0; i < length; i += 1) {
    const place = text.charCodeAt(i) & 127
    counts[place] = (counts[place] ?? 0) + 1
  }
  const whole = LOGARITHMS[length] ?? Math.log2(length)
  let bits = 0
  for (let i = 0; i < length; i += 1) {
    const place = text.charCodeAt(i) & 127
    const count = counts[place] ?? 0
    if (count > 0) bits += (count / length) * (whole - (LOGARITHMS[count] ?? Math.log2(count)))
    counts[place] = 0
  }
  return bits
}
