/** Check digits of cards, accounts and national numbers. All take digits only, unless they say otherwise. */

/** Of the digits from `from` to before `to`, whatever stands between them. */
export function passesLuhn(written: string, from = 0, to: number = written.length): boolean {
  let sum = 0
  let place = 0
  for (let i = to - 1; i >= from; i -= 1) {
    const digit = written.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) continue
    const doubled = place % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
    place += 1
  }
  return sum % 10 === 0
}

/** @param text digits and letters, which count as 10 to 35, as in ISO 7064 */
export function mod97(text: string): number {
  let remainder = 0
  for (let i = 0; i < text.length; i += 1) remainder = addToMod97(remainder, text.charCodeAt(i))
  return remainder
}

/** @param code of a digit or a letter that follows those of which `remainder` is the remainder */
export function addToMod97(remainder: number, code: number): number {
  const value = code < 58 ? code - 48 : (code | 32) - 87
  return (remainder * (value > 9 ? 100 : 10) + value) % 97
}

/** Sum of the digits, each times the weight at its place. Digits without a weight do not count. */
export function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, place) => sum + weight * (digits.charCodeAt(place) - 48), 0)
}

/** ISO 7064 mod 11,10, as in German tax numbers. */
export function passesMod11And10(digits: string): boolean {
  let product = 10
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === Number(digits.at(-1))
}

/** Turns and reflections of a pentagon: the check of Aadhaar numbers. */
export function passesVerhoeff(digits: string): boolean {
  let check = 0
  for (let place = 0; place < digits.length; place += 1) {
    check = multiply(check, permute(digits.charCodeAt(digits.length - 1 - place) - 48, place % 8))
  }
  return check === 0
}

/** In the group of the pentagon: below 5 a turn, from 5 a reflection. */
function multiply(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5)
  return b < 5 ? 5 + ((a - b) % 5) : (a - b + 5) % 5
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

function permute(digit: number, times: number): number {
  let result = digit
  for (let i = 0; i < times; i += 1) result = PERMUTATION[result] ?? 0
  return result
}

/** `yymmdd` or `ddmmyy`, told apart by the caller. */
export function isDay(month: string, day: string): boolean {
  const [m, d] = [Number(month), Number(day)]
  return m >= 1 && m <= 12 && d >= 1 && d <= 31
}
