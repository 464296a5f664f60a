/**
 * An upper bound of the ways that a search follows at once, whatever the text is. A backtracking matcher tries each of
 * them, one after the other, so this is how many steps it may take at a character.
 *
 * Two states count together only where some text leads to both. A way counts even where another one matches in the end:
 * it may be tried before. But when one beginning matches, the later ones are not tried.
 */
import type { Graph } from './graph.ts'

/** @returns Infinity beyond `limit`. @throws NotJudged when there is too much to look at */
export function boundWays(graph: Graph, limit: number, spend: () => void): number {
  const open = withoutSafe(graph)
  const { next } = open
  const together = findTogether(graph, open, spend)
  const incoming = turn(next)
  const bounds: number[] = next.map((_, state) => (graph.search.has(state) ? 1 : 0))
  const queue = new Set([...graph.search.keys()].flatMap((state) => next[state]?.flat() ?? []))
  for (const state of queue) {
    // A set that grows while it is walked: what is put in again comes again.
    queue.delete(state)
    const sums = (incoming.get(state) ?? []).map((edges, id) => {
      const ways = [...edges].map(([from, times]) => ({ state: from, count: times * (bounds[from] ?? 0) }))
      return sumTogether(ways, (x, y) => together(x, y, id), spend)
    })
    const bound = Math.max(...sums)
    if (bound <= (bounds[state] ?? 0)) continue
    if (bound > limit) return Number.POSITIVE_INFINITY
    bounds[state] = bound
    for (const target of next[state]?.flat() ?? []) queue.add(target)
  }
  const ways = bounds.map((count, state) => ({ state, count }))
  const total = sumTogether(ways, (x, y) => together(x, y, null), spend)
  return total > limit ? Number.POSITIVE_INFINITY : total
}

type Next = Graph['next']

interface Way {
  state: number
  count: number
}

interface OpenWays {
  next: Next
  /** Whether the beginning that has led to a state matches, in one way or another, if such a character comes next. */
  matches: (state: number, classId: number) => boolean
}

/**
 * Without states from which a match is sure to come, and at once: whatever follows, the first way that is tried goes on
 * or matches. Nothing is tried a second time there.
 */
function withoutSafe({ next, search, accepts, acceptsAtEnd }: Graph): OpenWays {
  const safe = next.map((_, state) => !search.has(state) && acceptsAtEnd[state] === true)
  const staysSafe = (state: number): boolean =>
    next[state]?.every((targets, id) => {
      if (targets.length === 0) return accepts[state]?.[id] === true
      return targets.every((target) => safe[target])
    }) === true
  for (let changed = true; changed;) {
    changed = false
    for (const [state, isSafe] of safe.entries()) {
      if (!isSafe || staysSafe(state)) continue
      safe[state] = false
      changed = true
    }
  }
  return {
    next: next.map((row, state) =>
      row.map((targets) => (safe[state] === true ? [] : targets.filter((target) => safe[target] !== true))),
    ),
    matches: (state, classId) =>
      accepts[state]?.[classId] === true || next[state]?.[classId]?.some((to) => safe[to]) === true,
  }
}

/** For each state, and each class of characters by which it is reached: from where, and in how many ways. */
function turn(next: Next): Map<number, Map<number, number>[]> {
  const incoming = new Map<number, Map<number, number>[]>()
  for (const [from, row] of next.entries()) {
    for (const [id, targets] of row.entries()) {
      for (const target of targets) {
        const byClass = incoming.get(target) ?? row.map(() => new Map<number, number>())
        incoming.set(target, byClass)
        byClass[id]?.set(from, (byClass[id].get(from) ?? 0) + 1)
      }
    }
  }
  return incoming
}

/** Two ways of one beginning, or one of a beginning and one of a later one that may still be to come. */
const ONE = 1
const LATER = 2

/** @returns whether one text leads to both states, and on by a class of characters if one is given */
function findTogether(
  { search, classCount }: Graph,
  { next, matches }: OpenWays,
  spend: () => void,
): (x: number, y: number, classId: number | null) => boolean {
  const count = next.length
  const seen = new Uint8Array(count * count)
  const queue: { x: number; y: number; begun: number }[] = []
  const meet = (x: number, y: number, begun: number): void => {
    spend()
    if (((seen[x * count + y] ?? 0) & begun) !== 0) return
    seen[x * count + y] = (seen[x * count + y] ?? 0) | begun
    queue.push({ x, y, begun })
  }
  const onwards = next.map((row) => row.map((targets) => [...new Set(targets)]))
  const [first = 0] = search.keys()
  const begin = (state: number, id: number): void => {
    const passed = search.get(state)?.[id] ?? first
    for (const x of onwards[state]?.[id] ?? []) {
      for (const y of onwards[state]?.[id] ?? []) meet(x, y, ONE)
      meet(x, passed, LATER)
    }
  }
  for (const state of search.keys()) for (let id = 0; id < classCount; id++) begin(state, id)
  for (const { x, y, begun } of queue) {
    for (let id = 0; id < classCount; id++) {
      if (begun === LATER && matches(x, id)) continue
      const passed = search.get(y)?.[id]
      for (const to of onwards[x]?.[id] ?? []) {
        for (const other of onwards[y]?.[id] ?? []) meet(to, other, begun)
        if (passed !== undefined) meet(to, passed, begun)
      }
    }
  }
  const has = (x: number, y: number, begun: number): boolean => ((seen[x * count + y] ?? 0) & begun) !== 0
  const follows = (x: number, y: number, id: number | null): boolean =>
    has(x, y, LATER) && (id === null || !matches(x, id))
  return (x, y, id) => has(x, y, ONE) || follows(x, y, id) || follows(y, x, id)
}

/** Of states that exclude each other only the one with most ways counts. */
function sumTogether(
  ways: readonly Way[],
  together: (a: number, b: number) => boolean,
  spend: () => void,
): number {
  const groups: Way[][] = []
  for (const way of ways.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)) {
    spend()
    const group = groups.find((others) => others.every(({ state }) => !together(state, way.state)))
    if (group) group.push(way)
    else groups.push([way])
  }
  return groups.reduce((sum, [most]) => sum + (most?.count ?? 0), 0)
}
