/**
 * Personal data that has a shape: addresses of mail and of machines, telephone numbers, cards, accounts, national
 * numbers, dates of birth. Names and addresses of people have none and are not found. One walk finds the words that
 * have a digit; only these are looked at closer.
 */
import { codeBefore, codesOf } from '../codes-of.ts'
import { ibanLength, IBAN } from './accounts.ts'
import { IPV6, isIpv6 } from './addresses.ts'
import type { Find } from './detector.ts'
import { WORD_IDS, type WordId } from './national-ids.ts'
import { isDigit, NumberRun } from './number-run.ts'
import { findNumber, isGlue, type NumberSource } from './numbers.ts'

/** What stands behind the name of a mail address: labels in any script, then one in ours. Marks may close a text in Markdown. */
const AT_DOMAIN =
  /@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[A-Za-z0-9]{2,59}|[A-Za-z]{2,24})(?![_-]{0,8}[A-Za-z0-9])/uy
const LONGEST_MAIL_NAME = 64

/** Characters of names in mail addresses. */
const IN_MAIL_NAME = new Uint8Array(128)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.%+-') {
  IN_MAIL_NAME[character.charCodeAt(0)] = 1
}

/** Characters before it that say what an id is. */
const BEFORE = 48

/** Characters of the first word of an id, with letters in it or behind it. That of an account number has four. */
const SHORTEST_ID = 6

const NONE: ReadonlySet<string> = new Set()

/** The engine looks for it many characters at a time. */
const DIGIT = /[0-9]/g

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
  const source = { text, codes, run: new NumberRun(codes), off }
  let seen = 0
  for (DIGIT.lastIndex = 0; DIGIT.test(text); DIGIT.lastIndex = seen) {
    const i = DIGIT.lastIndex - 1
    let word = i
    while (word > seen && isLetter(codes[word - 1] ?? 0)) word -= 1
    const find = (word === i ? findNumber(source, i) : null) ?? findWord(source, word)
    if (find !== null) finds.push(find)
    seen = find === null ? endOfWord(codes, i) : find.end
  }
  return finds
}

/** Found by their `@`, of which there are few. */
function findMail(text: string, codes: Uint16Array): Find[] {
  const finds: Find[] = []
  let seen = 0
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > seen && start > at - LONGEST_MAIL_NAME && isInMailName(codes, start - 1)) start -= 1
    if (start === at || (start > 0 && isInMailName(codes, start - 1))) continue
    const domain = matchAt(AT_DOMAIN, text, at)
    if (domain === null) continue
    seen = at + domain.length
    finds.push({ start, end: seen, kind: 'email' })
  }
  return finds
}

function isInMailName(codes: Uint16Array, at: number): boolean {
  return IN_MAIL_NAME[codes[at] ?? 0] === 1
}

/** Letters and digits together. */
function findWord({ text, codes, off }: NumberSource, at: number): Find | null {
  const end = endOfWord(codes, at)
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
  const before = text.slice(Math.max(0, at - BEFORE), at)
  for (const { kind, written, valid, context } of WORD_IDS_BY_LETTERS.get(letters) ?? []) {
    const id = matchAt(written, text, at)
    if (id !== null && valid(id) && !off.has(kind) && (context === null || context.test(before)))
      return { start: at, end: at + id.length, kind }
  }
  return null
}

const COLON = 58
const HYPHEN = 45

/** By how many capital letters stand before their first digit. */
const WORD_IDS_BY_LETTERS: ReadonlyMap<number, readonly WordId[]> = new Map(
  [0, 1, 2, 3, 4, 5, 6].map((count) => [
    count,
    WORD_IDS.filter(({ letters: [fewest, most] }) => fewest <= count && count <= most),
  ]),
)

function countCapitals(codes: Uint16Array, at: number): number {
  let end = at
  while (isCapital(codes[end] ?? 0)) end += 1
  return end - at
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || isCapital(code) || code === 95
}

function endOfWord(codes: Uint16Array, at: number): number {
  let end = at
  while (isDigit(codes[end] ?? 0) || isLetter(codes[end] ?? 0)) end += 1
  return end
}
