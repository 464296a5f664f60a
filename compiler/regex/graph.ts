/**
 * All of an automaton that can be reached, as arrays, and which of its states lie on loops.
 */
import type { Automaton } from './automaton.ts'
import { NotJudged } from './regex-node.ts'

export interface Graph {
  /** `next[state][class]`: states of the pattern, with repetitions. Search states have only the pattern's first ones. */
  next: readonly (readonly (readonly number[])[])[]
  /** Search states, each with where it goes by each class. */
  search: ReadonlyMap<number, readonly number[]>
  /** `accepts[state][class]`: whether a match is complete there when that class comes next. */
  accepts: readonly (readonly boolean[])[]
  /** The same where the text ends. */
  acceptsAtEnd: readonly boolean[]
  /** Loops that any state may lie on: state → number of its loop, -1 = on none. */
  loops: readonly number[]
  /** The same without states at which a match is complete whatever comes next: a matcher never turns back beyond them. */
  openLoops: readonly number[]
  classCount: number
}

/** Steps that all searches of one pattern may take together. */
const MAX_STEPS = 2_000_000

/** @returns a function to be called at each step; it throws NotJudged when there were too many */
export function createBudget(): () => void {
  let steps = 0
  return () => {
    steps += 1
    if (steps > MAX_STEPS) throw new NotJudged('it is too intricate')
  }
}

export function toGraph(automaton: Automaton, spend: () => void): Graph {
  const { classes, isSearch } = automaton
  const next: (readonly number[])[][] = []
  const search = new Map<number, number[]>()
  const queue = [automaton.search]
  const seen = new Set(queue)
  const meet = (state: number): void => {
    if (seen.has(state)) return
    seen.add(state)
    queue.push(state)
  }
  for (const state of queue) {
    spend()
    const row = classes.map((_, id) => automaton.targets(state, id))
    next[state] = row
    for (const found of row) for (const target of found) meet(target)
    if (!isSearch(state)) continue
    const passed = classes.map((_, id) => automaton.passed(id))
    search.set(state, passed)
    for (const target of passed) meet(target)
  }
  const accepts = next.map((_, state) => classes.map((__, id) => automaton.accepts(state, id)))
  const acceptsAtEnd = next.map((_, state) => automaton.accepts(state, null))
  const sure = accepts.map((row, state) => acceptsAtEnd[state] === true && row.every(Boolean))
  const isPattern = (state: number): boolean => !isSearch(state)
  return {
    next,
    accepts,
    acceptsAtEnd,
    search,
    loops: findLoops(next, isPattern),
    openLoops: findLoops(next, (state) => isPattern(state) && sure[state] !== true),
    classCount: classes.length,
  }
}

/** Strongly connected parts (Tarjan, without recursion) that have a way round. */
function findLoops(next: Graph['next'], belongs: (state: number) => boolean): number[] {
  const flat = next.map((row, state) => (belongs(state) ? [...new Set(row.flat())].filter(belongs) : []))
  const loops = next.map(() => -1)
  const index: number[] = []
  const low: number[] = []
  const stack: number[] = []
  const onStack = new Set<number>()
  let counter = 0
  let loopCount = 0
  const close = (root: number): void => {
    const members: number[] = []
    for (let state = -1; state !== root;) {
      state = stack.pop() ?? root
      onStack.delete(state)
      members.push(state)
    }
    const goesRound = members.length > 1 || flat[root]?.includes(root) === true
    if (!goesRound) return
    for (const state of members) loops[state] = loopCount
    loopCount += 1
  }
  const enter = (state: number): { state: number; edge: number } => {
    index[state] = low[state] = counter++
    stack.push(state)
    onStack.add(state)
    return { state, edge: 0 }
  }
  for (const start of next.keys()) {
    if (!belongs(start) || index[start] !== undefined) continue
    const calls = [enter(start)]
    for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
      const { state } = call
      const target = flat[state]?.[call.edge++]
      if (target === undefined) {
        calls.pop()
        const parent = calls.at(-1)?.state
        if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[state] ?? 0)
        if (low[state] === index[state]) close(state)
      } else if (index[target] === undefined) calls.push(enter(target))
      else if (onStack.has(target)) low[state] = Math.min(low[state] ?? 0, index[target] ?? 0)
    }
  }
  return loops
}
