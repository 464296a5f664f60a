/**
 * Personal data that has a shape: addresses of mail and of machines, telephone numbers, cards, accounts, national
 * numbers, dates of birth. Names and addresses of people have none and are not found. One walk finds the words that
 * have a digit; only these are looked at closer.
 */
import { ibanLength, IBAN } from './accounts.ts'
import { IPV6, isIpv6 } from './addresses.ts'
import { type Find, findAll } from './detector.ts'
import { WORD_IDS } from './national-ids.ts'
import { isDigit } from './number-run.ts'
import { findNumber } from './numbers.ts'

const EMAIL =
  /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])/g

/** Characters before it that say what an id is. */
const BEFORE = 48

/** Characters of the first word of an id, with letters in it or behind it. That of an account number has four. */
const SHORTEST_ID = 6

const NONE: ReadonlySet<string> = new Set()

/** @param off kinds that do not count; what else it could be is looked for */
export function findPii(text: string, off: ReadonlySet<string> = NONE): Find[] {
  const finds = text.includes('@') && !off.has('email') ? findAll(text, EMAIL, 'email') : []
  let seen = 0
  for (let i = 0; i < text.length; i += 1) {
    if (!isDigit(text.charCodeAt(i))) continue
    let word = i
    while (word > seen && isLetter(text.charCodeAt(word - 1))) word -= 1
    const find = (word === i ? findNumber(text, i, off) : null) ?? findWord(text, word, off)
    if (find !== null) finds.push(find)
    seen = find === null ? endOfWord(text, i) : find.end
    i = seen - 1
  }
  return finds
}

/** Letters and digits together. */
function findWord(text: string, at: number, off: ReadonlySet<string>): Find | null {
  const end = endOfWord(text, at)
  const colon = text.charAt(end) === ':'
  if (colon && !off.has('ip')) {
    const written = matchAt(IPV6, text, at)
    if (written !== null && isIpv6(written)) return { start: at, end: at + written.length, kind: 'ip' }
  }
  if (end - at < SHORTEST_ID && (end - at !== 4 || isDigit(text.charCodeAt(at)))) return null
  if (/[\w.$€£#@/]/.test(text.charAt(at - 1))) return null
  const account = matchAt(IBAN, text, at)
  const length = account === null ? 0 : ibanLength(account)
  if (length > 0 && !off.has('iban')) return { start: at, end: at + length, kind: 'iban' }
  if (end - at < SHORTEST_ID) return null
  const before = text.slice(Math.max(0, at - BEFORE), at)
  for (const { kind, written, valid, context } of WORD_IDS) {
    const id = matchAt(written, text, at)
    if (id !== null && valid(id) && !off.has(kind) && (context === null || context.test(before)))
      return { start: at, end: at + id.length, kind }
  }
  return null
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

function endOfWord(text: string, at: number): number {
  let end = at
  while (isDigit(text.charCodeAt(end)) || isLetter(text.charCodeAt(end))) end += 1
  return end
}
