/** Which number begins at a place: an id, a card, an address, a date of birth, a telephone number. */
import { isPublicIpv4 } from './addresses.ts'
import { isCard } from './cards.ts'
import { passesLuhn } from './checksums.ts'
import type { Find } from './detector.ts'
import { NUMBER_IDS } from './national-ids.ts'
import { type Group, isDigit, readRun } from './number-run.ts'
import { isPhone } from './phones.ts'

/** Characters on either side that say what a number is. */
const BEFORE = 48
const AFTER = 24

const DATE = /^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})$/
const BORN =
  /\b(?:born|birth|birthday|birthdate|d\.?o\.?b|geboren|geburtsdatum|geburtstag|née?|nacimiento|nascimento|nato|nata)\b[^\n]{0,32}$/i

/** Before a number: it is the rest of a word, an amount, a colour, a path. */
const GLUED = /[\w.$€£#@/-]/

/** Groups of a number that others may follow: a card has five. */
const MOST_PART = 5

/** By how many digits they have. */
const IDS = Map.groupBy(NUMBER_IDS, ({ digits }) => digits)

interface Candidate {
  text: string
  start: number
  groups: readonly Group[]
  /** No further digits follow. */
  isLast: boolean
}

/**
 * The longest of the numbers that begin here.
 * @param at where digits begin
 */
export function findNumber(text: string, at: number): Find | null {
  // `1 2 3 4` is no number, while `8.8.4.4` is an address.
  if (text.charCodeAt(at + 1) === 32 && isDigit(text.charCodeAt(at + 2)) && !isDigit(text.charCodeAt(at + 3)))
    return null
  const from = text.charAt(at - 1) === '(' ? at - 1 : at
  const start = text.charAt(from - 1) === '+' ? from - 1 : from
  if (start > 0 && GLUED.test(text.charAt(start - 1))) return null
  const { groups, isWhole } = readRun(text, at)
  const some = [...groups]
  for (; some.length > 0; some.pop()) {
    const isLast = isWhole && some.length === groups.length
    if (!isLast && some.length > MOST_PART) continue
    const find = judge({ text, start, groups: some, isLast })
    if (find !== null) return find
  }
  return null
}

function judge({ text, start, groups, isLast }: Candidate): Find | null {
  let count = 0
  for (const group of groups) count += group.end - group.start
  const shape = shapeOf(groups, count)
  if (count < 4 || (!isLast && shape === null)) return null
  const digits = digitsOf(text, groups)
  if (!isLast && shape === 'card' && !passesLuhn(digits)) return null
  const numberEnd = groups.at(-1)?.end ?? start
  const end = endOfExtension(text, numberEnd)
  if (/[\w%]/.test(text.charAt(end))) return null
  const number = text.slice(start, numberEnd)
  const before = text.slice(Math.max(0, start - BEFORE), start)
  const after = text.slice(end, end + AFTER)
  const found = (kind: string): Find => ({ start, end, kind })
  if (shape === 'date' && DATE.test(number)) return BORN.test(before) ? found('birth-date') : null
  if (shape === 'octets' && isPublicIpv4(number, before)) return /^\.\d/.test(after) ? null : found('ip')
  for (const { kind, written, valid, context } of isLast ? (IDS.get(count) ?? []) : []) {
    if (!written.test(number) || !valid(digits)) continue
    if (context === null || context.test(before) || context.test(after)) return found(kind)
  }
  if (shape === 'card' && isCard(number, digits, before + after)) return found('card')
  // Neither the beginning nor the rest of a longer number.
  if (!isLast || count < 7 || /\d[ .()/-]{1,2}$/.test(before)) return null
  return isPhone({ written: number, digits, before, after }) ? found('phone') : null
}

/** What the lengths of the groups allow, so that patterns are tried on few of them. */
function shapeOf(groups: readonly Group[], count: number): 'date' | 'octets' | 'card' | null {
  const a = lengthOf(groups[0])
  const b = lengthOf(groups[1])
  const c = lengthOf(groups[2])
  const d = lengthOf(groups[3])
  const e = lengthOf(groups[4])
  if (count === a + b + c && c > 0 && count <= 8 && b <= 2 && (a <= 2 || c <= 2)) return 'date'
  if (count === a + b + c + d && d > 0 && Math.max(a, b, c, d) <= 3) return 'octets'
  const isGrouped =
    a === 4 && ((b === 4 && c === 4 && d === 4 && (e === 0 || e === 3)) || (b === 6 && c >= 4 && d === 0))
  return (isGrouped && count === a + b + c + d + e) || (a === count && a >= 12 && a <= 19) ? 'card' : null
}

function digitsOf(text: string, groups: readonly Group[]): string {
  let digits = ''
  for (const { start, end } of groups) digits += text.slice(start, end)
  return digits
}

function lengthOf(group: Group | undefined): number {
  return group === undefined ? 0 : group.end - group.start
}

/** A telephone number may have an extension. */
function endOfExtension(text: string, at: number): number {
  if (text.charAt(at) !== 'x') return at
  let end = at + 1
  while (end < at + 7 && isDigit(text.charCodeAt(end))) end += 1
  return end === at + 1 ? at : end
}
