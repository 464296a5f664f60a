/**
 * The constant behind linear time. Repetitions that end may still open a great many ways at once, as
 * `(a{1,30}){1,30}b` does: this looks for a text without a match on which many are open, greedily. It finds what is
 * plainly heavy; what it misses is linear all the same.
 */
import type { Automaton } from './automaton.ts'
import type { Graph } from './graph.ts'

export interface HeavyWord {
  word: number[]
  /** Ways open after it. */
  ways: number
}

/** More ways than this at each character are too slow for a text of a megabyte. */
const MAX_WAYS = 256
const MAX_LENGTH = 400

export function findHeavyWord(graph: Graph, automaton: Automaton, spend: () => void): HeavyWord | null {
  const [start = 0] = graph.search.keys()
  let search = start
  let open = new Map<number, number>()
  const word: number[] = []
  const seen = new Set<string>()
  while (word.length < MAX_LENGTH) {
    const key = `${search} ${[...open].join(' ')}`
    if (seen.has(key)) break
    seen.add(key)
    let best: { id: number; open: Map<number, number>; ways: number; rank: number } | null = null
    for (let id = 0; id < graph.classCount; id++) {
      spend()
      const all = [search, ...open.keys()]
      if (all.some((state) => automaton.accepts(state, id))) continue
      const reached = new Map<number, number>()
      for (const state of all) {
        const ways = state === search ? 1 : (open.get(state) ?? 0)
        for (const target of graph.next[state]?.[id] ?? [])
          reached.set(target, (reached.get(target) ?? 0) + ways)
      }
      const ways = [...reached.values()].reduce((sum, n) => sum + n, 0)
      // Of two that are alike, the one that leaves more to choose from.
      const rank = ways + reached.size / 1e6
      if (best === null || rank > best.rank) best = { id, open: reached, ways, rank }
    }
    if (best === null) break
    word.push(best.id)
    open = best.open
    search = graph.search.get(search)?.[best.id] ?? start
    if (best.ways > MAX_WAYS) return { word, ways: best.ways }
  }
  return null
}
