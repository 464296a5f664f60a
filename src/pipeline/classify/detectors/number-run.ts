/** Digits as people group them: `4111 1111 1111 1111`, `+49 (0)30 901820-17`. */

/** No number of ours has more. */
const MOST_GROUPS = 9
const MOST_DIGITS = 20

export interface Run {
  /** Where each group begins, and behind its last digit. */
  starts: Int32Array
  ends: Int32Array
  /** How many groups there are. */
  groups: number
  digits: number
  /** No further digits follow. */
  isWhole: boolean
}

/** A text full of digits has a run at each of them: one is made, and filled again and again. */
const run: Run = {
  starts: new Int32Array(MOST_GROUPS),
  ends: new Int32Array(MOST_GROUPS),
  groups: 0,
  digits: 0,
  isWhole: true,
}

/**
 * The groups of digits from `at` on, as long as no more than two of ` .-/()` stand between them.
 * @param at where digits begin
 * @returns valid until the next call
 */
export function readRun(text: string, at: number): Run {
  run.groups = 0
  run.digits = 0
  run.isWhole = true
  let start = at
  while (isDigit(text.charCodeAt(start))) {
    if (run.groups === MOST_GROUPS || run.digits >= MOST_DIGITS) {
      run.isWhole = false
      break
    }
    let end = start + 1
    while (isDigit(text.charCodeAt(end))) end += 1
    run.starts[run.groups] = start
    run.ends[run.groups] = end
    run.groups += 1
    run.digits += end - start
    start = end
    while (start < end + 3 && isSeparator(text.charCodeAt(start))) start += 1
    if (start === end || start === end + 3) break
  }
  return run
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Space, dot, hyphen, slash, brackets. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 46 || code === 45 || code === 47 || code === 40 || code === 41
}
