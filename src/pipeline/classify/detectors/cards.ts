/** Payment cards: the digits of an issuer, the length that it uses, grouping as on a card, and Luhn's check. */
import { passesLuhn } from './checksums.ts'

/** Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay. */
const ISSUED =
  /^(?:4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35\d{14}|(?:1800|2131)\d{11}|62\d{14,17}|(?:50|5[6-9]|6\d)\d{12,17})$/
/** Lengths that other numbers have more often: old Visa cards, Maestro. */
const SHORT = /^(?:4\d{12}|(?:50|5[6-9]|6\d)\d{10,11})$/
const CALLED =
  /\b(?:cards?|cc|visa|maestro|mastercard|amex|credit|debit|karte|carte|tarjeta|paid|pay|charged?)\b/i
const GROUPING =
  /^(?:\d{12,19}|\d{4}(?:(?:[ .-]| {2})\d{4}){3}(?:(?:[ .-]| {2})\d{3})?|\d{4}(?:[ .-]| {2})\d{6}(?:[ .-]| {2})\d{4,5})$/

/** @param around the text on both sides */
export function isCard(written: string, digits: string, around: string): boolean {
  if (digits.length < 12 || digits.length > 19 || !passesLuhn(digits) || !GROUPING.test(written)) return false
  return ISSUED.test(digits) || (SHORT.test(digits) && CALLED.test(around))
}
