/**
 * Two texts → a unified diff, as `diff -u` writes it.
 */

/** Lines around a change. */
const CONTEXT = 3

/** Beyond so many pairs of changed lines the middle is shown as replaced: finding the least change would take long. */
const MAX_PAIRS = 4_000_000

type Line = { mark: ' ' | '-' | '+'; text: string }

/** @returns '' when the texts are equal; else ends in a line break */
export function lineDiff(before: string, after: string, file: string): string {
  if (before === after) return ''
  const lines = compare(toLines(before), toLines(after))
  return [`--- ${file}`, `+++ ${file}`, ...hunks(lines)].join('\n') + '\n'
}

function toLines(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function compare(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const same = (text: string): Line => ({ mark: ' ', text })
  return [
    ...before.slice(0, head).map(same),
    ...changes(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ]
}

/** By the longest common subsequence. */
function changes(before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = []
  let [i, j] = [0, 0]
  if (before.length * after.length <= MAX_PAIRS) {
    const common = commonLengths(before, after)
    while (i < before.length && j < after.length) {
      if (before[i] === after[j]) {
        lines.push({ mark: ' ', text: before[i++] ?? '' })
        j++
      } else if ((common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0)) {
        lines.push({ mark: '-', text: before[i++] ?? '' })
      } else lines.push({ mark: '+', text: after[j++] ?? '' })
    }
  }
  for (const text of before.slice(i)) lines.push({ mark: '-', text })
  for (const text of after.slice(j)) lines.push({ mark: '+', text })
  return lines
}

/** At [i][j]: how long the longest common subsequence of the ends from i and from j is. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? new Uint32Array()
    const below = lengths[i + 1] ?? row
    for (let j = after.length - 1; j >= 0; j--) {
      const longest = Math.max(below[j] ?? 0, row[j + 1] ?? 0)
      row[j] = before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : longest
    }
  }
  return lengths
}

function hunks(lines: readonly Line[]): string[] {
  const out: string[] = []
  let [oldLine, newLine, from] = [1, 1, 0]
  while (from < lines.length) {
    const first = lines.findIndex(({ mark }, i) => i >= from && mark !== ' ')
    if (first === -1) break
    const start = Math.max(from, first - CONTEXT)
    const end = endOfHunk(lines, first)
    for (const { mark } of lines.slice(from, start)) {
      if (mark !== '+') oldLine++
      if (mark !== '-') newLine++
    }
    const hunk = lines.slice(start, end)
    const old = hunk.filter(({ mark }) => mark !== '+').length
    const now = hunk.filter(({ mark }) => mark !== '-').length
    out.push(`@@ -${range(oldLine, old)} +${range(newLine, now)} @@`)
    out.push(...hunk.map(({ mark, text }) => `${mark}${text}`))
    oldLine += old
    newLine += now
    from = end
  }
  return out
}

/** Changes with no more than twice the context between them share a hunk. */
function endOfHunk(lines: readonly Line[], first: number): number {
  let last = first
  for (let i = first; i < lines.length && i - last <= 2 * CONTEXT; i++) {
    if (lines[i]?.mark !== ' ') last = i
  }
  return Math.min(lines.length, last + CONTEXT + 1)
}

/** An empty side stands after the line before it. */
function range(start: number, length: number): string {
  return `${length === 0 ? start - 1 : start},${length}`
}
