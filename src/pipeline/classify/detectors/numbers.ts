/** Which number begins at a place: an id, a card, an address, a date of birth, a telephone number. */
import { GLUE, LETTER, NUMERAL, SORTS, UNDERSCORE } from '../character-sorts.ts'
import { codeBefore } from '../codes-of.ts'
import { isPublicIpv4, isVersion } from './addresses.ts'
import { isCard } from './cards.ts'
import type { Find } from './detector.ts'
import { NUMBER_IDS, type NumberId } from './national-ids.ts'
import type { Letters } from './letters.ts'
import { isDigit, isSeparator, LENGTH_BITS, type NumberRun } from './number-run.ts'
import { isPhone } from './phones.ts'

/** Characters on either side that say what a number is. */
const BEFORE = 48
const AFTER = 24

const DATE = /^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})$/
const BORN =
  /\b(?:born|birth|birthday|birthdate|d\.?o\.?b|geboren|geburtsdatum|geburtstag|née?|nacimiento|nascimento|nato|nata)\b[^\n]{0,32}$/i

export function isGlue(code: number): boolean {
  return ((SORTS[code] ?? 0) & GLUE) !== 0
}

/** By how many digits they have. */
const IDS: readonly (readonly NumberId[])[] = Array.from({ length: 20 }, (_, count) =>
  NUMBER_IDS.filter(({ digits }) => digits === count),
)

/** What numbers are looked for in. */
export interface NumberSource {
  text: string
  codes: Uint16Array
  letters: Letters
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
const PERCENT = 37
const DOT = 46

/**
 * The longest of the numbers that begin here.
 * @param at where digits begin
 */
export function findNumber(source: NumberSource, at: number): Find | null {
  const { codes, run } = source
  // `1 2 3 4` is no number, while `8.8.4.4` is an address.
  if (codes[at + 1] === SPACE && isDigit(codes[at + 2] ?? 0) && !isDigit(codes[at + 3] ?? 0)) return null
  const lead = leadOf(codes, at)
  if (isGlue(codeBefore(codes, lead))) return null
  run.read(at)
  if (run.digits < FEWEST_DIGITS) return null
  const tight = tightEnd(codes, run)
  // An id without spaces may look like a telephone number with what follows it.
  const inner = tight >= 2 && tight < run.groups - 1 ? judgeTight(source, { at, lead, last: tight }) : null
  if (inner !== null && inner.kind !== 'phone') return inner
  let { digits } = run
  for (let last = run.groups - 1; last >= 0 && digits >= FEWEST_DIGITS; last -= 1) {
    const isTight = last === tight && last >= 2
    if (isTight && last < run.groups - 1) {
      if (inner !== null) return inner
    } else {
      // With a plus or a bracket it is a telephone number, wherever it ends.
      const mayEnd = lead < at && codes[run.endOf(last)] === SPACE
      const isWhole = isTight || mayEnd || (run.isWhole && last === run.groups - 1)
      const shape = shapeOf(run.lengths, last, digits)
      if (isWhole || (shape === 'card' ? run.passesLuhn(last) : shape !== null)) {
        const end = run.endOf(last)
        const find = judge(source, { start: at, lead, end, digits, shape, isWhole, isTight })
        if (find !== null) return find
      }
    }
    digits -= run.lengthOf(last)
  }
  return null
}

/** What is written without spaces, behind which another number stands. */
function judgeTight(
  source: NumberSource,
  { at, lead, last }: { at: number; lead: number; last: number },
): Find | null {
  const { run } = source
  let digits = 0
  for (let group = 0; group <= last; group += 1) digits += run.lengthOf(group)
  const shape = shapeOf(run.lengths, last, digits)
  const end = run.endOf(last)
  return judge(source, { start: at, lead, end, digits, shape, isWhole: true, isTight: true })
}

/** A bracket and a plus before a number; what calls a function is no part of it. */
function leadOf(codes: Uint16Array, at: number): number {
  const from = codeBefore(codes, at) === BRACKET ? at - 1 : at
  const before = codeBefore(codes, from)
  if (before === PLUS) return from - 1
  return isGlue(before) ? at : from
}

/** The group before the first space: what is written without any ends there. -1 where two marks stand between digits. */
function tightEnd(codes: Uint16Array, run: NumberRun): number {
  for (let group = 0; group < run.groups; group += 1) {
    const end = run.endOf(group)
    if (codes[end] === SPACE) return group
    if (group === run.groups - 1) return run.isWhole ? group : -1
    if (run.startOf(group + 1) - end > 1) return -1
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
function kindOf(
  { text, codes, letters, off }: NumberSource,
  candidate: Candidate,
  behind: number,
): string | null {
  const { start, end, digits: count, shape, isWhole } = candidate
  const from = Math.max(0, start - BEFORE)
  if (shape === 'octets' && !off.has('ip') && isPublicIpv4(codes, start, end)) {
    const isNamed = letters.areIn(from, start) && isVersion(text.slice(from, start))
    if (!isNamed) return codes[end] === DOT && isDigit(codes[end + 1] ?? 0) ? NOTHING : 'ip'
  }
  const ids = isWhole ? (IDS[count] ?? []) : []
  if (shape !== 'date' && shape !== 'card' && ids.length === 0) return null
  const number = text.slice(start, end)
  if (shape === 'date' && DATE.test(number)) {
    const isBirth = letters.areIn(from, start) && BORN.test(text.slice(from, start))
    return isBirth && !off.has('birth-date') ? 'birth-date' : NOTHING
  }
  const digits = number.length === count ? number : number.replaceAll(/\D/g, '')
  for (const { kind, written, valid, context } of ids) {
    if (off.has(kind) || !written.test(number) || !valid(digits)) continue
    if (context === null || context.test(text.slice(from, start))) return kind
    if (context.test(text.slice(behind, behind + AFTER))) return kind
  }
  if (shape !== 'card' || off.has('card')) return null
  return isCard(number, digits, text.slice(from, start) + text.slice(behind, behind + AFTER)) ? 'card' : null
}

/** @param behind where the text that follows begins */
function findPhone(source: NumberSource, candidate: Candidate, behind: number): Find | null {
  const { text, codes, letters, off } = source
  const { start: first, lead, end: numberEnd, digits: count, isWhole, isTight } = candidate
  if (!isWhole || count < 7 || off.has('phone')) return null
  // A bracket that is not closed within stands around it.
  const isAround = codes[lead] === BRACKET && !text.slice(lead, numberEnd).includes(')')
  const start = isAround ? first : lead
  const isAnother = codes[start] === PLUS || (isTight && codeBefore(codes, start) === SPACE)
  if (!isAnother && isRest(codes, start)) return null
  const from = Math.max(0, start - BEFORE)
  const isOne = isPhone({
    written: text.slice(start, numberEnd),
    digits: count,
    before: letters.areIn(from, start) ? text.slice(from, start) : '',
    after: text.slice(behind, behind + AFTER),
  })
  return isOne ? { start, end: endOfExtension(codes, numberEnd), kind: 'phone' } : null
}

function isWordOrPercent(code: number): boolean {
  return code === PERCENT || ((SORTS[code] ?? 0) & (LETTER | NUMERAL | UNDERSCORE)) !== 0
}

/** What begins at `at` is the rest of a longer number: a digit and one or two separators stand before it. */
function isRest(codes: Uint16Array, at: number): boolean {
  if (!isSeparator(codeBefore(codes, at))) return false
  const previous = codeBefore(codes, at - 1)
  return isDigit(previous) || (isSeparator(previous) && isDigit(codeBefore(codes, at - 2)))
}

type Shape = 'date' | 'octets' | 'card'

const LENGTH = 2 ** LENGTH_BITS - 1
/** Four groups of four digits. */
const FOURS = [0, 1, 2, 3].reduce((packed, group) => packed | (4 << (LENGTH_BITS * group)), 0)
const FOUR_GROUPS = 2 ** (4 * LENGTH_BITS) - 1

/**
 * What the lengths of the groups up to `last` allow, so that patterns are tried on few of them.
 * @param lengths packed, as a run has them
 */
function shapeOf(lengths: number, last: number, count: number): Shape | null {
  if (last > 4 || last === 1) return null
  if (last > 2 && (lengths & FOUR_GROUPS) === FOURS)
    return last === 3 || lengths >> (4 * LENGTH_BITS) === 3 ? 'card' : null
  if (last === 4) return null
  const a = lengths & LENGTH
  if (last === 0) return a >= 12 && a <= 19 ? 'card' : null
  const b = (lengths >> LENGTH_BITS) & LENGTH
  const c = (lengths >> (2 * LENGTH_BITS)) & LENGTH
  const d = (lengths >> (3 * LENGTH_BITS)) & LENGTH
  if (last === 3) return a <= 3 && b <= 3 && c <= 3 && d <= 3 ? 'octets' : null
  if (count <= 8 && b <= 2 && (a <= 2 || c <= 2)) return 'date'
  return a === 4 && b === 6 && c >= 4 ? 'card' : null
}

/** A telephone number may have an extension. */
function endOfExtension(codes: Uint16Array, at: number): number {
  if (codes[at] !== 120) return at
  let end = at + 1
  while (end < at + 7 && isDigit(codes[end] ?? 0)) end += 1
  return end === at + 1 ? at : end
}
