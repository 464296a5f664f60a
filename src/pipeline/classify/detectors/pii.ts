/**
 * Personal data that has a shape: addresses of mail, telephone numbers, cards, social security and bank account
 * numbers, public IPv4 addresses. Names and addresses of people have none and are not found.
 */
import { type Find, findAll } from './detector.ts'

const EMAIL =
  /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])/g
const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g
const IPV4 = /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-])/g
/** A run of digits as people group them; what it is, its digits say. A telephone number may have an extension. */
const NUMBER = /(?<![\w.$€£#@/-])(?:\+|\()?\d(?:[ .()/-]{0,2}\d){6,24}(?:x\d{1,6})?(?![\w%])/g

export function findPii(text: string): Find[] {
  const finds = text.includes('@') ? findAll(text, EMAIL, 'email') : []
  for (const find of findAll(text, IBAN, 'iban')) {
    const iban = text.slice(find.start, find.end).replaceAll(' ', '')
    const end = ibanEnd(iban)
    if (end > 0) finds.push({ ...find, end: find.start + lengthOf(text, find.start, end) })
  }
  for (const find of findAll(text, IPV4, 'ip')) {
    const goesOn = /^\.\d/.test(text.slice(find.end, find.end + 2))
    const address = text.slice(find.start, find.end)
    if (!goesOn && isPublicAddress(address) && !isVersion(text, find.start)) finds.push(find)
  }
  for (const match of text.matchAll(NUMBER)) {
    const kind = kindOfNumber(match[0], text, match.index)
    if (kind !== null) finds.push({ start: match.index, end: match.index + match[0].length, kind })
  }
  return finds
}

function kindOfNumber(found: string, text: string, at: number): string | null {
  const [written = ''] = found.split('x')
  const digits = written.replaceAll(/\D/g, '')
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(written)) return null
  if (/^\d{3}-\d{2}-\d{4}$/.test(written)) return isSsn(written) ? 'ssn' : null
  if (digits.length >= 12 && digits.length <= 19 && /^[\d -]+$/.test(written) && isCard(digits)) return 'card'
  return isPhone(written, digits, text, at) ? 'phone' : null
}

/** Length of IBANs by country, for those that are met; others are judged by their checksum alone. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GR27 HR21 HU28 IE22 IL23 IS26 IT27 LI21 LT20 ' +
    'LU20 LV21 MC27 MT31 NL18 NO15 PL28 PT25 RO24 SA24 SE24 SI19 SK24 SM27 TR26 UA29'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** @returns how many of its characters are an account number; 0 for none */
function ibanEnd(candidate: string): number {
  const known = IBAN_LENGTHS[candidate.slice(0, 2)]
  const length = known ?? candidate.length
  return candidate.length >= length && ibanRemainder(candidate.slice(0, length)) === 1 ? length : 0
}

function ibanRemainder(iban: string): number {
  let remainder = 0
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder
}

/** Characters of text that hold `count` characters other than spaces. */
function lengthOf(text: string, start: number, count: number): number {
  let end = start
  for (let seen = 0; seen < count; end += 1) if (text.charAt(end) !== ' ') seen += 1
  return end - start
}

/** Luhn's check passes one number in ten: the issuer's digits and the length must fit too. */
function isCard(digits: string): boolean {
  const issuer =
    /^(?:4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|(?:50|5[6-9]|6\d)\d{10,17})$/
  if (!issuer.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - i))
    const doubled = i % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

function isSsn(written: string): boolean {
  const [area = '', group, serial] = written.split('-')
  return area !== '000' && area !== '666' && !area.startsWith('9') && group !== '00' && serial !== '0000'
}

function isPublicAddress(written: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = written.split('.').map(Number)
  if ([a, b, c, d].some((octet) => octet > 255) || a === 0 || a === 10 || a === 127 || a >= 224) return false
  return !((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254))
}

/** `version 4.11.0.2`, `upgrade it from 1.5.14 to 2.3.10.207`, section numbers. */
function isVersion(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 48), at)
  const sentence = before.slice(
    1 + Math.max(before.lastIndexOf('\n'), before.lastIndexOf('?'), before.lastIndexOf('!')),
  )
  return (
    /(?:\bv|section|chapter)[\s:=]{0,3}$/i.test(sentence) ||
    /\b(?:versions?|releases?|upgraded?|updated?|downgraded?|build)\b/i.test(sentence)
  )
}

/** International, or grouped as numbers are in North America, or told to be one by the words before it. */
function isPhone(written: string, digits: string, text: string, at: number): boolean {
  if (digits.length < 7 || digits.length > 15) return false
  if (written.startsWith('+')) return digits.length >= 8
  if (/^(?:(?:00)?1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}$/.test(written)) return true
  const before = text.slice(Math.max(0, at - 24), at)
  return (
    /(?:phone|tel|mobile|cell|call|fax|reach me|dial|whatsapp|handy|number)\W{0,3}(?:\w{1,12}\W{1,2}){0,2}$/i.test(
      before,
    ) && /[ ()./-]/.test(written)
  )
}
