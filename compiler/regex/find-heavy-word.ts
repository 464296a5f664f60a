/**
 * The constant behind linear time. Repetitions that end may still open a great many ways at once, as
 * `(a{1,30}){1,30}b` does: this looks for a text without a match on which many are open, greedily. It finds what is
 * plainly heavy; what it misses is for `bound-ways.ts` to refuse.
 */
import type { Graph } from './graph.ts'
import { createSituations } from './situations.ts'

export interface HeavyWord {
  word: number[]
  /** Ways open after it. */
  ways: number
}

/** More ways than this at each character are too slow for a text of a megabyte. */
const MAX_WAYS = 256
const MAX_LENGTH = 600

/** As long as any repetition that is written out: if no way is added meanwhile, none will be. */
const PATIENCE = 270

/** How many ways lead to each state. */
type Open = Map<number, number>

export function findHeavyWord(graph: Graph, spend: () => void): HeavyWord | null {
  const [start = 0] = graph.search.keys()
  let here: { search: number; open: Open } = { search: start, open: new Map() }
  const word: number[] = []
  let most = 0
  let grownAt = 0
  while (word.length < MAX_LENGTH && word.length - grownAt < PATIENCE) {
    const best = bestStep(graph, here, spend)
    if (best === null) return null
    word.push(best.id)
    here = { open: best.open, search: graph.search.get(here.search)?.[best.id] ?? start }
    if (best.ways > MAX_WAYS) return canFail(graph, here) ? { word, ways: best.ways } : null
    if (best.ways > most) {
      most = best.ways
      grownAt = word.length
    }
  }
  return null
}

/** Ways that end in a match are not all tried. */
function canFail(graph: Graph, { search, open }: { search: number; open: Open }): boolean {
  const states = [...open.keys()].toSorted((a, b) => a - b)
  const situations = createSituations(graph, { search, states })
  return situations.canFail(situations.at(0))
}

/** By the class of characters that leaves most ways open without a match; null when each may match. */
function bestStep(
  graph: Graph,
  { search, open }: { search: number; open: Open },
  spend: () => void,
): { id: number; open: Open; ways: number } | null {
  const { next, accepts, classCount } = graph
  const all: [state: number, ways: number][] = [[search, 1], ...open]
  let best: { id: number; open: Open; ways: number } | null = null
  for (let id = 0; id < classCount; id++) {
    spend()
    if (all.some(([state]) => accepts[state]?.[id])) continue
    const reached: Open = new Map()
    let ways = 0
    for (const [state, count] of all) {
      for (const target of next[state]?.[id] ?? []) {
        reached.set(target, (reached.get(target) ?? 0) + count)
        ways += count
      }
    }
    if (isStuck(graph, reached)) continue
    // Of two that are alike, the one that leaves more to choose from.
    const isBetter =
      best === null || ways > best.ways || (ways === best.ways && reached.size > best.open.size)
    if (isBetter) best = { id, open: reached, ways }
  }
  return best
}

/** Whether each character that may follow completes a match. */
function isStuck({ accepts, classCount }: Graph, open: Open): boolean {
  const states = [...open.keys()]
  return Array.from({ length: classCount }, (_, id) => id).every((id) =>
    states.some((state) => accepts[state]?.[id]),
  )
}
