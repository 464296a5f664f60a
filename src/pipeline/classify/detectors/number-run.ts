/** Digits as people group them: `4111 1111 1111 1111`, `+49 (0)30 901820-17`. */
import { NUMERAL, SEPARATOR, SORTS } from '../character-sorts.ts'

/** No number of ours has more. */
const MOST_GROUPS = 9
const MOST_DIGITS = 20

/** Groups are kept in a ring of so many. */
const ROOM = 16
const LAST = ROOM - 1

/** Lengths of the first so many groups are packed into one number. */
const PACKED = 5
export const LENGTH_BITS = 5
/** Longer groups than this count as such. */
const LONGEST = 2 ** LENGTH_BITS - 1

/**
 * Reads the numbers of one text. A text full of digits has a number at each of them, which is most of the one before:
 * only what that did not reach is read.
 */
export class NumberRun {
  /** How many groups there are. */
  groups = 0
  digits = 0
  /** Lengths of the first five groups, in `LENGTH_BITS` each; the first one in the lowest. */
  lengths = 0
  /** No further digits follow. */
  isWhole = true
  readonly #codes: Uint16Array
  /** Where each group begins, and behind its last digit. */
  readonly #starts: Int32Array = new Int32Array(ROOM)
  readonly #ends: Int32Array = new Int32Array(ROOM)
  /** Of each group the sum of Luhn's check, with every second digit doubled: from its first one on, from its second one on. */
  readonly #sums: Int32Array = new Int32Array(2 * ROOM)
  /** Place of the first group in the ring. */
  #first = 0

  constructor(codes: Uint16Array) {
    this.#codes = codes
  }

  startOf(group: number): number {
    return this.#starts[(this.#first + group) & LAST] ?? 0
  }

  endOf(group: number): number {
    return this.#ends[(this.#first + group) & LAST] ?? 0
  }

  lengthOf(group: number): number {
    const place = (this.#first + group) & LAST
    return (this.#ends[place] ?? 0) - (this.#starts[place] ?? 0)
  }

  /** Whether the groups up to `last` pass Luhn's check together. */
  passesLuhn(last: number): boolean {
    let sum = 0
    let digits = 0
    for (let group = last; group >= 0; group -= 1) {
      digits += this.lengthOf(group)
      sum += this.#sums[2 * ((this.#first + group) & LAST) + (digits & 1)] ?? 0
    }
    return sum % 10 === 0
  }

  /**
   * The groups of digits from `at` on, as long as no more than two of ` .-/()` stand between them.
   * @param at where digits begin, in ascending order from call to call
   */
  read(at: number): void {
    while (this.groups > 0 && this.startOf(0) < at) {
      this.digits -= this.lengthOf(0)
      this.groups -= 1
      this.#first = (this.#first + 1) & LAST
      this.lengths >>= LENGTH_BITS
      if (this.groups >= PACKED) this.#pack(PACKED - 1)
    }
    if (this.groups === 0 || this.startOf(0) !== at) {
      this.groups = 0
      this.digits = 0
      this.lengths = 0
      this.#add(at)
    }
    const codes = this.#codes
    let end = this.endOf(this.groups - 1)
    for (;;) {
      let start = end
      while (start < end + 3 && isSeparator(codes[start] ?? 0)) start += 1
      if (start === end || start === end + 3 || !isDigit(codes[start] ?? 0)) {
        this.isWhole = true
        return
      }
      if (this.groups === MOST_GROUPS || this.digits >= MOST_DIGITS) {
        this.isWhole = false
        return
      }
      end = this.#add(start)
    }
  }

  /** @returns where the group of digits that begins at `start` ends */
  #add(start: number): number {
    const codes = this.#codes
    const place = (this.#first + this.groups) & LAST
    let end = start
    let fromFirst = 0
    let fromSecond = 0
    for (; end < codes.length; end += 1) {
      const digit = (codes[end] ?? 0) - 48
      if (digit < 0 || digit > 9) break
      const doubled = digit > 4 ? 2 * digit - 9 : 2 * digit
      const isFirst = ((end - start) & 1) === 0
      fromFirst += isFirst ? doubled : digit
      fromSecond += isFirst ? digit : doubled
    }
    this.#starts[place] = start
    this.#ends[place] = end
    this.#sums[2 * place] = fromFirst
    this.#sums[2 * place + 1] = fromSecond
    if (this.groups < PACKED) this.#pack(this.groups)
    this.groups += 1
    this.digits += end - start
    return end
  }

  #pack(group: number): void {
    this.lengths |= Math.min(this.lengthOf(group), LONGEST) << (LENGTH_BITS * group)
  }
}

export function isDigit(code: number): boolean {
  return ((SORTS[code] ?? 0) & NUMERAL) !== 0
}

/** Space, dot, hyphen, slash, brackets. */
export function isSeparator(code: number): boolean {
  return ((SORTS[code] ?? 0) & SEPARATOR) !== 0
}
