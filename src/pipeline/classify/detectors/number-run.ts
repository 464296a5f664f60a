/** Digits as people group them: `4111 1111 1111 1111`, `+49 (0)30 901820-17`. */

export interface Group {
  start: number
  end: number
}

/** No number of ours has more. */
const MOST_GROUPS = 9
const MOST_DIGITS = 24

/**
 * The groups of digits from `at` on, as long as no more than two of ` .-/()` stand between them.
 * @param at where digits begin
 * @returns `isWhole` when no further digits follow
 */
export function readRun(text: string, at: number): { groups: Group[]; isWhole: boolean } {
  const groups: Group[] = []
  let start = at
  let count = 0
  while (groups.length < MOST_GROUPS && count < MOST_DIGITS) {
    let end = start
    while (isDigit(text.charCodeAt(end))) end += 1
    if (end === start) return { groups, isWhole: true }
    groups.push({ start, end })
    count += end - start
    start = end
    while (start < end + 3 && isSeparator(text.charCodeAt(start))) start += 1
    if (start === end || start === end + 3) return { groups, isWhole: true }
  }
  return { groups, isWhole: !isDigit(text.charCodeAt(start)) }
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Space, dot, hyphen, slash, brackets. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 46 || code === 45 || code === 47 || code === 40 || code === 41
}
