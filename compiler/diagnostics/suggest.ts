/**
 * "Did you mean": one near name by edit distance, else the list of what there is.
 */
import { quote, quoteList } from './quote.ts'

/** A list shows so many names. */
const MOST_LISTED = 10

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
  const shown = known.length > MOST_LISTED ? mostLike(written, known) : known
  const more = known.length - shown.length
  return `known ${what}: ${quoteList(shown.toSorted())}${more > 0 ? ` and ${more} more` : ''}`
}

/** Those that hold how the word begins, then those of the smallest distance. */
function mostLike(written: string, known: readonly string[]): string[] {
  const word = written.toLowerCase().slice(0, 200)
  const start = word.slice(0, Math.max(4, Math.ceil(word.length / 2)))
  const rank = new Map(
    known.map((name) => {
      const other = name.toLowerCase().slice(0, 200)
      return [name, other.includes(start) ? 0 : editDistance(word, other)]
    }),
  )
  return known
    .toSorted()
    .toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    .slice(0, MOST_LISTED)
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
