/**
 * Personal data that has a shape: addresses of mail and of machines, telephone numbers, cards, accounts, national
 * numbers, dates of birth. Names and addresses of people have none and are not found. One walk finds the words that
 * have a digit; only these are looked at closer.
 */
import { CAPITAL, endOfSorts, IN_LABEL, IN_MAIL_NAME, SORTS, WORD } from '../character-sorts.ts'
import { codeBefore, codesOf } from '../codes-of.ts'
import { ibanLength, IBAN } from './accounts.ts'
import { IPV6, isIpv6 } from './addresses.ts'
import type { Find } from './detector.ts'
import { WORD_IDS, type WordId } from './national-ids.ts'
import { Letters } from './letters.ts'
import { isDigit, NumberRun } from './number-run.ts'
import { findNumber, isGlue, type NumberSource } from './numbers.ts'

/** What stands behind the name of a mail address: labels in any script, then one in ours. Marks may close a text in Markdown. */
const DOMAIN =
  /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[A-Za-z0-9]{2,59}|[A-Za-z]{2,24})(?![_-]{0,8}[A-Za-z0-9])/uy
const LONGEST_MAIL_NAME = 64
/** In code units, of which a letter may be two. */
const LONGEST_LABEL = 126

/** Characters before it that say what an id is. */
const BEFORE = 48

/** Characters of the first word of an id, with letters in it or behind it. That of an account number has four. */
const SHORTEST_ID = 6

const NONE: ReadonlySet<string> = new Set()

/**
 * @param off kinds that do not count; what else it could be is looked for
 * @param codes those of the text
 */
export function findPii(
  text: string,
  off: ReadonlySet<string> = NONE,
  codes: Uint16Array = codesOf(text),
): Find[] {
  const finds = off.has('email') ? [] : findMail(text, codes)
  const source = { text, codes, letters: new Letters(codes), run: new NumberRun(codes), off }
  for (let seen = 0; seen !== -1;) seen = findNext(source, seen, finds)
  return finds
}

/** @returns behind the next word that has a digit; -1 where there is none from `seen` on */
function findNext(source: NumberSource, seen: number, finds: Find[]): number {
  const { text, codes } = source
  const digit = nextDigit(text, codes, seen)
  if (digit === -1) return -1
  let word = digit
  while (word > seen && ((SORTS[codes[word - 1] ?? 0] ?? 0) & WORD) !== 0) word -= 1
  const end = endOfSorts(codes, digit, WORD)
  const find = (word === digit ? findNumber(source, digit) : null) ?? findWord(source, word, end)
  if (find === null) return end
  finds.push(find)
  return find.end
}

/** The engine looks for it many characters at a time, which pays where it is far. */
const DIGIT = /[0-9]/g
const NEAR = 16

/** @returns -1 where there is none from `from` on */
function nextDigit(text: string, codes: Uint16Array, from: number): number {
  const near = Math.min(text.length, from + NEAR)
  for (let i = from; i < near; i += 1) if (isDigit(codes[i] ?? 0)) return i
  DIGIT.lastIndex = near
  return DIGIT.test(text) ? DIGIT.lastIndex - 1 : -1
}

/** Found by their sign, of which there are few. In links it is written `%40`. */
function findMail(text: string, codes: Uint16Array): Find[] {
  const finds: Find[] = []
  let seen = 0
  for (let at = nextAt(text, codes, 0); at !== -1; at = nextAt(text, codes, at + 1)) {
    const find = mailAround({ text, codes }, at, { seen, domain: at + 1 })
    if (find === null) continue
    seen = find.end
    finds.push(find)
  }
  seen = 0
  for (let at = text.indexOf(ENCODED_AT); at !== -1; at = text.indexOf(ENCODED_AT, at + 1)) {
    const find = mailAround({ text, codes }, at, { seen, domain: at + ENCODED_AT.length })
    if (find === null) continue
    seen = find.end
    finds.push(find)
  }
  return finds
}

const ENCODED_AT = '%40'
/** Places that programs are fetched from: `git@example.org:team/tool.git`. */
const REMOTE_NAME = 'git'
const REMOTE_PATH = /:[\w~./]/y

/**
 * @param at where its sign stands
 * @param seen its name does not begin before that
 * @param domain where what is behind the sign begins
 */
function mailAround(
  { text, codes }: Pick<NumberSource, 'text' | 'codes'>,
  at: number,
  { seen, domain }: { seen: number; domain: number },
): Find | null {
  if (!mayBeDomain(codes, domain)) return null
  let start = at
  while (start > seen && start > at - LONGEST_MAIL_NAME && isInMailName(codes, start - 1)) start -= 1
  if (start === at || (start > 0 && isInMailName(codes, start - 1))) return null
  // Where it ends is all that is asked of it: the words themselves would be garbage.
  DOMAIN.lastIndex = domain
  if (!DOMAIN.test(text)) return null
  const end = DOMAIN.lastIndex
  if (at - start === REMOTE_NAME.length && text.startsWith(REMOTE_NAME, start)) {
    if (matchAt(REMOTE_PATH, text, end) !== null) return null
  }
  return { start, end, kind: 'email' }
}

/** @returns -1 where there is none from `from` on */
function nextAt(text: string, codes: Uint16Array, from: number): number {
  const near = Math.min(text.length, from + NEAR)
  for (let i = from; i < near; i += 1) if (codes[i] === AT) return i
  return text.indexOf('@', near)
}

/** Whether a label and a dot stand there: the pattern need not look at what has none. */
function mayBeDomain(codes: Uint16Array, at: number): boolean {
  let end = at
  while (end <= at + LONGEST_LABEL && ((SORTS[codes[end] ?? 0] ?? 0) & IN_LABEL) !== 0) end += 1
  return end > at && codes[end] === DOT
}

function isInMailName(codes: Uint16Array, at: number): boolean {
  return ((SORTS[codes[at] ?? 0] ?? 0) & IN_MAIL_NAME) !== 0
}

/** Letters and digits together, from `at` to `end`. */
function findWord({ text, codes, off }: NumberSource, at: number, end: number): Find | null {
  if (codes[end] === COLON && !off.has('ip')) {
    const written = matchAt(IPV6, text, at)
    if (written !== null && isIpv6(written)) return { start: at, end: at + written.length, kind: 'ip' }
  }
  if (end - at < SHORTEST_ID && (end - at !== 4 || isDigit(codes[at] ?? 0))) return null
  const previous = codeBefore(codes, at)
  if (isGlue(previous) && previous !== HYPHEN) return null
  const letters = countCapitals(codes, at)
  const account = isDigit(codes[at + 2] ?? 0) ? matchAt(IBAN, text, at) : null
  const length = account === null ? 0 : ibanLength(account)
  if (length > 0 && !off.has('iban')) return { start: at, end: at + length, kind: 'iban' }
  if (end - at < SHORTEST_ID || !isDigit(codes[at + letters] ?? 0)) return null
  for (const { kind, written, valid, context } of WORD_IDS_BY_LETTERS[letters] ?? []) {
    const id = matchAt(written, text, at)
    if (id === null || !valid(id) || off.has(kind)) continue
    if (context === null || context.test(text.slice(Math.max(0, at - BEFORE), at)))
      return { start: at, end: at + id.length, kind }
  }
  return null
}

const AT = 64
const DOT = 46
const COLON = 58
const HYPHEN = 45

/** By how many capital letters stand before their first digit. */
const WORD_IDS_BY_LETTERS: readonly (readonly WordId[])[] = [0, 1, 2, 3, 4, 5, 6].map((count) =>
  WORD_IDS.filter(({ letters: [fewest, most] }) => fewest <= count && count <= most),
)

function countCapitals(codes: Uint16Array, at: number): number {
  let end = at
  while (((SORTS[codes[end] ?? 0] ?? 0) & CAPITAL) !== 0) end += 1
  return end - at
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}
