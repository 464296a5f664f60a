/** Digits as people group them: `4111 1111 1111 1111`, `+49 (0)30 901820-17`. */

/** No number of ours has more. */
const MOST_GROUPS = 9
const MOST_DIGITS = 20

/**
 * Reads the numbers of one text. A text full of digits has a number at each of them, which is most of the one before:
 * only what that did not reach is read.
 */
export class NumberRun {
  /** Where each group begins, and behind its last digit. */
  readonly starts: Int32Array = new Int32Array(MOST_GROUPS)
  readonly ends: Int32Array = new Int32Array(MOST_GROUPS)
  /** How many groups there are. */
  groups = 0
  digits = 0
  /** No further digits follow. */
  isWhole = true
  readonly #codes: Uint16Array

  constructor(codes: Uint16Array) {
    this.#codes = codes
  }

  /**
   * The groups of digits from `at` on, as long as no more than two of ` .-/()` stand between them.
   * @param at where digits begin, in ascending order from call to call
   */
  read(at: number): void {
    const { starts, ends } = this
    while (this.groups > 0 && (starts[0] ?? 0) < at) this.#dropFirst()
    if (this.groups === 0 || starts[0] !== at) this.#begin(at)
    const codes = this.#codes
    let end = ends[this.groups - 1] ?? 0
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
      end = endOfDigits(codes, start)
      starts[this.groups] = start
      ends[this.groups] = end
      this.groups += 1
      this.digits += end - start
    }
  }

  #begin(at: number): void {
    const end = endOfDigits(this.#codes, at)
    this.starts[0] = at
    this.ends[0] = end
    this.groups = 1
    this.digits = end - at
  }

  #dropFirst(): void {
    this.digits -= (this.ends[0] ?? 0) - (this.starts[0] ?? 0)
    this.groups -= 1
    for (let i = 0; i < this.groups; i += 1) {
      this.starts[i] = this.starts[i + 1] ?? 0
      this.ends[i] = this.ends[i + 1] ?? 0
    }
  }
}

function endOfDigits(codes: Uint16Array, at: number): number {
  let end = at
  while (end < codes.length && isDigit(codes[end] ?? 0)) end += 1
  return end
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Space, dot, hyphen, slash, brackets. */
export function isSeparator(code: number): boolean {
  return code === 32 || code === 46 || code === 45 || code === 47 || code === 40 || code === 41
}
