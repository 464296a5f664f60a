/** Which number begins at a place: an id, a card, an address, a date of birth, a telephone number. */
import { codeBefore } from '../codes-of.ts'
import { isPublicIpv4, isVersion } from './addresses.ts'
import { isCard } from './cards.ts'
import { passesLuhn } from './checksums.ts'
import type { Find } from './detector.ts'
import { NUMBER_IDS } from './national-ids.ts'
import { isDigit, isSeparator, type NumberRun } from './number-run.ts'
import { isPhone } from './phones.ts'

/** Characters on either side that say what a number is. */
const BEFORE = 48
const AFTER = 24

const DATE = /^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})$/
const BORN =
  /\b(?:born|birth|birthday|birthdate|d\.?o\.?b|geboren|geburtsdatum|geburtstag|née?|nacimiento|nascimento|nato|nata)\b[^\n]{0,32}$/i

/** Before a number: it is the rest of a word, an amount, a colour, a path. */
const GLUED = new Uint8Array(0x20ad)
for (const mark of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$€£#@/-') {
  GLUED[mark.charCodeAt(0)] = 1
}

export function isGlue(code: number): boolean {
  return GLUED[code] === 1
}

/** By how many digits they have. */
const IDS = Map.groupBy(NUMBER_IDS, ({ digits }) => digits)

/** What numbers are looked for in. */
export interface NumberSource {
  text: string
  codes: Uint16Array
  run: NumberRun
  /** Kinds that do not count. */
  off: ReadonlySet<string>
}

interface Candidate {
  /** Its first digit. */
  start: number
  /** Where a telephone number would begin: with a plus, a bracket. */
  lead: number
  /** Behind its last digit. */
  end: number
  /** How many digits it has. */
  digits: number
  shape: Shape | null
  /** The digits that follow, if any, are another number's. */
  isWhole: boolean
  /** In three groups and more, without spaces. */
  isTight: boolean
}

/** An address has four. */
const FEWEST_DIGITS = 4

const SPACE = 32
const BRACKET = 40
const PLUS = 43
const DOT = 46

/**
 * The longest of the numbers that begin here.
 * @param at where digits begin
 */
export function findNumber(source: NumberSource, at: number): Find | null {
  const { text, codes, run } = source
  // `1 2 3 4` is no number, while `8.8.4.4` is an address.
  if (codes[at + 1] === SPACE && isDigit(codes[at + 2] ?? 0) && !isDigit(codes[at + 3] ?? 0)) return null
  const lead = leadOf(codes, at)
  if (isGlue(codeBefore(codes, lead))) return null
  run.read(at)
  if (run.digits < FEWEST_DIGITS) return null
  const tight = tightEnd(codes, run)
  // With what follows it, it may look like a telephone number.
  const id = tight >= 2 && tight < run.groups - 1 ? findTight(source, { at, lead, last: tight }) : null
  if (id !== null) return id
  let { digits } = run
  for (let last = run.groups - 1; last >= 0 && digits >= FEWEST_DIGITS; last -= 1) {
    const isTight = last === tight && last >= 2
    const end = run.ends[last] ?? at
    // With a plus or a bracket it is a telephone number, wherever it ends.
    const mayEnd = lead < at && codes[end] === SPACE
    const isWhole = isTight || mayEnd || (run.isWhole && last === run.groups - 1)
    const shape = shapeOf(run, last, digits)
    if (isWhole || (shape === 'card' ? passesLuhn(text, at, end) : shape !== null)) {
      const find = judge(source, { start: at, lead, end, digits, shape, isWhole, isTight })
      if (find !== null) return find
    }
    digits -= lengthOf(run, last)
  }
  return null
}

/** An id without spaces, behind which another number stands. */
function findTight(
  source: NumberSource,
  { at, lead, last }: { at: number; lead: number; last: number },
): Find | null {
  const { run } = source
  let digits = 0
  for (let group = 0; group <= last; group += 1) digits += lengthOf(run, group)
  const shape = shapeOf(run, last, digits)
  const end = run.ends[last] ?? at
  const find = judge(source, { start: at, lead, end, digits, shape, isWhole: true, isTight: true })
  return find?.kind === 'phone' ? null : find
}

/** A bracket and a plus before a number; what calls a function is no part of it. */
function leadOf(codes: Uint16Array, at: number): number {
  const from = codeBefore(codes, at) === BRACKET ? at - 1 : at
  const before = codeBefore(codes, from)
  if (before === PLUS) return from - 1
  return isGlue(before) ? at : from
}

/** The group before the first space: what is written without any ends there. -1 where two marks stand between digits. */
function tightEnd(codes: Uint16Array, { starts, ends, groups, isWhole }: NumberRun): number {
  for (let group = 0; group < groups; group += 1) {
    const end = ends[group] ?? 0
    if (codes[end] === SPACE) return group
    if (group === groups - 1) return isWhole ? group : -1
    if ((starts[group + 1] ?? 0) - end > 1) return -1
  }
  return -1
}

function judge(source: NumberSource, candidate: Candidate): Find | null {
  const { codes } = source
  const end = endOfExtension(codes, candidate.end)
  if (isWordOrPercent(codes[end] ?? 0)) return null
  const kind = codes[candidate.lead] === PLUS ? null : kindOf(source, candidate, end)
  if (kind !== null) return kind === NOTHING ? null : { start: candidate.start, end, kind }
  return findPhone(source, candidate, end)
}

/** Known to be none: it is not asked what else it could be. */
const NOTHING = ''

/**
 * Null = none of these.
 * @param behind where the text that follows begins
 */
function kindOf({ text, codes, off }: NumberSource, candidate: Candidate, behind: number): string | null {
  const { start, end, digits: count, shape, isWhole } = candidate
  const from = Math.max(0, start - BEFORE)
  if (shape === 'octets' && !off.has('ip') && isPublicIpv4(codes, start, end)) {
    const isNamed = hasLetter(codes, from, start) && isVersion(text.slice(from, start))
    if (!isNamed) return codes[end] === DOT && isDigit(codes[end + 1] ?? 0) ? NOTHING : 'ip'
  }
  const before = text.slice(from, start)
  const after = text.slice(behind, behind + AFTER)
  const number = text.slice(start, end)
  if (shape === 'date' && DATE.test(number))
    return BORN.test(before) && !off.has('birth-date') ? 'birth-date' : NOTHING
  const digits = number.length === count ? number : number.replaceAll(/\D/g, '')
  for (const { kind, written, valid, context } of isWhole ? (IDS.get(count) ?? []) : []) {
    if (off.has(kind) || !written.test(number) || !valid(digits)) continue
    if (context === null || context.test(before) || context.test(after)) return kind
  }
  return shape === 'card' && !off.has('card') && isCard(number, digits, before + after) ? 'card' : null
}

function hasLetter(codes: Uint16Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) {
    const letter = (codes[i] ?? 0) | 32
    if (letter >= 97 && letter <= 122) return true
  }
  return false
}

/** @param behind where the text that follows begins */
function findPhone({ text, codes, off }: NumberSource, candidate: Candidate, behind: number): Find | null {
  const { start: first, lead, end: numberEnd, digits: count, isWhole, isTight } = candidate
  if (!isWhole || count < 7 || off.has('phone')) return null
  // A bracket that is not closed within stands around it.
  const isAround = codes[lead] === BRACKET && !text.slice(lead, numberEnd).includes(')')
  const start = isAround ? first : lead
  const isAnother = codes[start] === PLUS || (isTight && codeBefore(codes, start) === SPACE)
  if (!isAnother && isRest(codes, start)) return null
  const written = text.slice(start, numberEnd)
  const before = text.slice(Math.max(0, start - BEFORE), start)
  const after = text.slice(behind, behind + AFTER)
  const isOne = isPhone({ written, digits: written.replaceAll(/\D/g, ''), before, after })
  return isOne ? { start, end: endOfExtension(codes, numberEnd), kind: 'phone' } : null
}

function isWordOrPercent(code: number): boolean {
  return (
    code === 37 || code === 95 || isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  )
}

/** What begins at `at` is the rest of a longer number: a digit and one or two separators stand before it. */
function isRest(codes: Uint16Array, at: number): boolean {
  if (!isSeparator(codeBefore(codes, at))) return false
  const previous = codeBefore(codes, at - 1)
  return isDigit(previous) || (isSeparator(previous) && isDigit(codeBefore(codes, at - 2)))
}

type Shape = 'date' | 'octets' | 'card'

/** What the lengths of the groups up to `last` allow, so that patterns are tried on few of them. */
function shapeOf(run: NumberRun, last: number, count: number): Shape | null {
  if (last > 4) return null
  const a = lengthOf(run, 0)
  const b = last < 1 ? 0 : lengthOf(run, 1)
  const c = last < 2 ? 0 : lengthOf(run, 2)
  const d = last < 3 ? 0 : lengthOf(run, 3)
  const e = last < 4 ? 0 : lengthOf(run, 4)
  if (count === a + b + c && c > 0 && count <= 8 && b <= 2 && (a <= 2 || c <= 2)) return 'date'
  if (count === a + b + c + d && d > 0 && Math.max(a, b, c, d) <= 3) return 'octets'
  const isGrouped =
    a === 4 && ((b === 4 && c === 4 && d === 4 && (e === 0 || e === 3)) || (b === 6 && c >= 4 && d === 0))
  return (isGrouped && count === a + b + c + d + e) || (a === count && a >= 12 && a <= 19) ? 'card' : null
}

function lengthOf({ starts, ends }: NumberRun, group: number): number {
  return (ends[group] ?? 0) - (starts[group] ?? 0)
}

/** A telephone number may have an extension. */
function endOfExtension(codes: Uint16Array, at: number): number {
  if (codes[at] !== 120) return at
  let end = at + 1
  while (end < at + 7 && isDigit(codes[end] ?? 0)) end += 1
  return end === at + 1 ? at : end
}
