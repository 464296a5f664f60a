/**
 * Personal data that has a shape: addresses of mail and of machines, telephone numbers, cards, accounts, national
 * numbers, dates of birth. Names and addresses of people have none and are not found. One walk finds the words that
 * have a digit; only these are looked at closer.
 */
import { ibanLength, IBAN } from './accounts.ts'
import { IPV6, isIpv6, isPublicIpv4 } from './addresses.ts'
import { isCard } from './cards.ts'
import { type Find, findAll } from './detector.ts'
import { NUMBER_IDS, WORD_IDS } from './national-ids.ts'
import { type Group, isDigit, readRun } from './number-run.ts'
import { isPhone } from './phones.ts'

const EMAIL =
  /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])/g

/** Characters on either side that say what a number is. */
const BEFORE = 48
const AFTER = 24

/** Characters of the first word of an id, with letters in it or behind it. That of an account number has four. */
const SHORTEST_ID = 6

const DATE = /^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})$/
const BORN =
  /\b(?:born|birth|birthday|birthdate|d\.?o\.?b|geboren|geburtsdatum|geburtstag|née?|nacimiento|nascimento|nato|nata)\b[^\n]{0,32}$/i

export function findPii(text: string): Find[] {
  const finds = text.includes('@') ? findAll(text, EMAIL, 'email') : []
  let word = 0
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (!isDigit(code)) {
      if (!isLetter(code)) word = i + 1
      continue
    }
    const find = word === i ? (findNumber(text, i) ?? findWord(text, word)) : findWord(text, word)
    if (find !== null) finds.push(find)
    i = find === null ? endOfWord(text, i) - 1 : find.end - 1
    word = i + 1
  }
  return finds
}

/** Digits first: the longest of the numbers that begin here. */
function findNumber(text: string, at: number): Find | null {
  const groups = readRun(text, at)
  // `1 2 3 4` is no number, while `8.8.4.4` is an address.
  if (isSingle(groups[0]) && isSingle(groups[1]) && text.charAt(at + 1) !== '.') return null
  const opened = text.charAt(at - 1) === '('
  const from = opened ? at - 1 : at
  const start = text.charAt(from - 1) === '+' ? from - 1 : from
  if (/[\w.$€£#@/-]/.test(text.charAt(start - 1))) return null
  const before = text.slice(Math.max(0, start - BEFORE), start)
  let count = groups.reduce((sum, group) => sum + group.end - group.start, 0)
  for (let last = groups.length - 1; last >= 0 && count >= 4; last -= 1) {
    const group = groups[last]
    if (group === undefined) break
    const end = endOfNumber(text, group.end)
    if (!/[\w%]/.test(text.charAt(end))) {
      const written = text.slice(start, end)
      const kind = kindOf({
        written,
        before,
        after: text.slice(end, end + AFTER),
        isLast: last === groups.length - 1,
      })
      if (kind !== null) return { start, end, kind }
    }
    count -= group.end - group.start
  }
  return null
}

/** A telephone number may have an extension. */
function endOfNumber(text: string, at: number): number {
  if (text.charAt(at) !== 'x') return at
  let end = at + 1
  while (end < at + 7 && isDigit(text.charCodeAt(end))) end += 1
  return end === at + 1 ? at : end
}

interface Written {
  written: string
  before: string
  after: string
  /** No further digits follow. */
  isLast: boolean
}

function kindOf({ written, before, after, isLast }: Written): string | null {
  const [number = ''] = written.split('x')
  const digits = number.replaceAll(/\D/g, '')
  if (DATE.test(written)) return BORN.test(before) ? 'birth-date' : null
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(written)) {
    return isPublicIpv4(written, before) && !/^\.\d/.test(after) ? 'ip' : null
  }
  if (isLast) {
    for (const id of NUMBER_IDS) {
      if (id.digits !== digits.length || !id.written.test(written) || !id.valid(digits)) continue
      if (id.context === null || id.context.test(before) || id.context.test(after)) return id.kind
    }
  }
  if (isCard(written, digits, before + after)) return 'card'
  // Not the rest of a longer number.
  const isWhole = isLast && !/\d[ .()/-]{1,2}$/.test(before)
  return isWhole && isPhone({ written: number, digits, before, after }) ? 'phone' : null
}

/** Letters and digits together. */
function findWord(text: string, at: number): Find | null {
  const end = endOfWord(text, at)
  const colon = text.charAt(end) === ':'
  if (colon) {
    const written = matchAt(IPV6, text, at)
    if (written !== null && isIpv6(written)) return { start: at, end: at + written.length, kind: 'ip' }
  }
  if (end - at !== 4 && end - at < SHORTEST_ID) return null
  if (/[\w.$€£#@/]/.test(text.charAt(at - 1))) return null
  const account = matchAt(IBAN, text, at)
  const length = account === null ? 0 : ibanLength(account)
  if (length > 0) return { start: at, end: at + length, kind: 'iban' }
  if (end - at < SHORTEST_ID) return null
  const before = text.slice(Math.max(0, at - BEFORE), at)
  for (const { kind, written, valid, context } of WORD_IDS) {
    const id = matchAt(written, text, at)
    if (id !== null && valid(id) && (context === null || context.test(before)))
      return { start: at, end: at + id.length, kind }
  }
  return null
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

function isSingle(group: Group | undefined): boolean {
  return group !== undefined && group.end === group.start + 1
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

function endOfWord(text: string, at: number): number {
  let end = at
  while (isDigit(text.charCodeAt(end)) || isLetter(text.charCodeAt(end))) end += 1
  return end
}
