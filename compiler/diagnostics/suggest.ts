/**
 * "Did you mean": one near name by edit distance, else the list of what there is.
 */
import { quote, quoteList } from './quote.ts'

/** The known name that is nearest to what was written, within a third of its length; undefined when none is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const name of known.toSorted()) {
    const longest = Math.max(written.length, name.length)
    if (longest > 200) continue
    const distance = editDistance(written.toLowerCase(), name.toLowerCase())
    if (distance <= Math.max(1, Math.floor(longest / 3)) && distance < bestDistance && distance < longest) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/**
 * The help line for a name that is not known.
 * @param what Plural, for the list: `backends`.
 */
export function suggestHelp(written: string, known: readonly string[], what: string): string {
  const near = nearest(written, known)
  if (near !== undefined) return `did you mean ${quote(near)}?`
  if (known.length === 0) return `there are no ${what}`
  return `known ${what}: ${quoteList(known.toSorted())}`
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, at(beforeLast, j - 2) + 1)
      }
      row.push(value)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}
