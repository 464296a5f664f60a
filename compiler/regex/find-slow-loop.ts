/**
 * Words on which a backtracking search takes more than linear time. Two forms are enough (Weber and Seidl's criteria
 * for automata whose ambiguity grows; backtracking tries every way):
 * - a word by which a state comes back to itself in two ways: each repetition doubles the ways;
 * - a word by which one state comes back to itself and also leads to another, which comes back to itself: each
 *   repetition adds a way. The first of them may be the search, which begins anew at every place.
 * Ways count only while they fail, so such a word must not complete a match however often it is repeated.
 */
import { findWord } from './find-word.ts'
import type { Graph } from './graph.ts'
import { createSituations, type Situation, type Situations } from './situations.ts'

/** `before`, then `loop` again and again: classes of characters. */
export interface SlowLoop {
  growth: 'exponential' | 'polynomial'
  before: readonly number[]
  loop: readonly number[]
}

interface Judged {
  graph: Graph
  spend: () => void
}

/** @throws NotJudged when there is too much to look at */
export function findSlowLoop(judged: Judged): SlowLoop | null {
  return findDoubling(judged) ?? findFeeding(judged) ?? findRestart(judged)
}

function findDoubling({ graph, spend }: Judged): SlowLoop | null {
  const { next, openLoops } = graph
  const seen = new Set([-1])
  for (const [state, loop] of openLoops.entries()) {
    // What holds for one state of a loop holds for all of it.
    if (seen.has(loop)) continue
    seen.add(loop)
    const within = (target: number): boolean => openLoops[target] === loop
    const word = repeatable({
      situations: createSituations(graph, { search: null, states: [state] }),
      state,
      start: [state, state, 0],
      goal: [state, state, 1],
      expand: ([a = 0, b = 0, parted = 0], id, visit) => {
        if (mayMatch(graph, [a, b], id)) return
        const ofB = next[b]?.[id] ?? []
        for (const [i, x] of (next[a]?.[id] ?? []).entries()) {
          if (!within(x)) continue
          for (const [j, y] of ofB.entries()) {
            if (within(y)) visit([x, y, parted === 1 || a !== b || i !== j ? 1 : 0])
          }
        }
      },
      graph,
      spend,
    })
    if (word !== null) return { growth: 'exponential', ...word, before: wayTo(graph, state, spend) }
  }
  return null
}

function findFeeding({ graph, spend }: Judged): SlowLoop | null {
  const { next, loops, openLoops } = graph
  for (const q of onLoop(openLoops)) {
    const situations = createSituations(graph, { search: null, states: [q] })
    for (const p of onLoop(loops)) {
      if (p === q || openLoops[p] === openLoops[q] || !reaches(graph, p, q)) continue
      const word = repeatable({
        situations,
        state: q,
        start: [p, p, q],
        goal: [p, q, q],
        expand: ([x = 0, y = 0, z = 0], id, visit) => {
          if (mayMatch(graph, [z], id)) return
          for (const nextZ of next[z]?.[id] ?? []) {
            if (openLoops[nextZ] !== openLoops[q]) continue
            for (const nextX of next[x]?.[id] ?? []) {
              if (loops[nextX] !== loops[p]) continue
              for (const nextY of next[y]?.[id] ?? []) visit([nextX, nextY, nextZ])
            }
          }
        },
        graph,
        spend,
      })
      if (word !== null) return { growth: 'polynomial', ...word, before: wayTo(graph, p, spend) }
    }
  }
  return null
}

/** Each beginning runs on through a loop of the pattern, to fail at the end: `a.*b` on many `a`. */
function findRestart({ graph, spend }: Judged): SlowLoop | null {
  const { next, search, openLoops } = graph
  const [first = 0] = search.keys()
  const situations = createSituations(graph, { search: first, states: [] })
  for (const q of onLoop(openLoops)) {
    for (const p of search.keys()) {
      const word = repeatable({
        situations,
        state: q,
        start: [p, p, q],
        goal: [p, q, q],
        expand: ([x = 0, y = 0, z = 0], id, visit) => {
          const passed = search.get(x)?.[id]
          if (passed === undefined || mayMatch(graph, [z], id)) return
          const ofY = [...(next[y]?.[id] ?? []), ...(search.has(y) ? [search.get(y)?.[id] ?? 0] : [])]
          for (const nextZ of next[z]?.[id] ?? []) {
            if (openLoops[nextZ] !== openLoops[q]) continue
            for (const nextY of ofY) visit([passed, nextY, nextZ])
          }
        },
        graph,
        spend,
      })
      if (word !== null) return { growth: 'polynomial', ...word }
    }
  }
  return null
}

/**
 * Whether a match ends here, at a state that the situations hold open too: they would rule the word out, but only after
 * a look at thousands of them.
 */
function mayMatch({ accepts }: Graph, states: readonly number[], classId: number): boolean {
  return states.some((state) => accepts[state]?.[classId])
}

function onLoop(loops: readonly number[]): number[] {
  return [...loops.keys()].filter((state) => loops[state] !== -1)
}

interface Repeatable {
  graph: Graph
  situations: Situations
  /** Must be open where the word begins. */
  state: number
  start: readonly number[]
  goal: readonly number[]
  /** Tells `visit` where a tuple is led by a class of characters. */
  expand: (tuple: readonly number[], classId: number, visit: (tuple: number[]) => void) => void
  spend: () => void
}

/** A word from `start` to `goal` that leads from a situation without a match back to that situation. */
function repeatable(query: Repeatable): { before: readonly number[]; loop: readonly number[] } | null {
  const { graph, situations, state, start, goal, expand, spend } = query
  const classIds = Array.from({ length: graph.classCount }, (_, id) => id)
  const isGoal = (tuple: readonly number[]): boolean => goal.every((part, i) => tuple[i] === part)
  // Most loops are ruled out without a look at the situations.
  const unguarded = findWord({
    start,
    expand: (tuple, visit) => {
      for (const id of classIds) expand(tuple, id, (found) => visit(found, id))
    },
    isGoal,
    spend,
  })
  if (unguarded === null) return null
  for (const home of situations.all()) {
    if (!home.states.includes(state) || !situations.canFail(home)) continue
    const loop = findWord({
      start: [...start, home.id],
      expand: (tuple, visit) => {
        const situation: Situation = situations.at(tuple.at(-1) ?? 0)
        for (const id of classIds) {
          expand(tuple, id, (found) => {
            const reached = situations.step(situation, id)
            if (reached !== null) visit([...found, reached.id], id)
          })
        }
      },
      isGoal: (tuple) => isGoal(tuple) && tuple.at(-1) === home.id,
      spend,
    })
    if (loop !== null) return { before: home.before, loop }
  }
  return null
}

function reaches({ next }: Graph, from: number, goal: number): boolean {
  const seen = new Set<number>()
  const queue = [from]
  for (const state of queue) {
    for (const target of (next[state] ?? []).flat()) {
      if (target === goal) return true
      if (seen.has(target)) continue
      seen.add(target)
      queue.push(target)
    }
  }
  return false
}

/** Shortest word from the start of a text to a state. */
function wayTo({ next, search }: Graph, goal: number, spend: () => void): number[] {
  const [start = 0] = search.keys()
  const word = findWord({
    start: [start],
    expand: ([state = 0], visit) => {
      for (const [id, targets] of (next[state] ?? []).entries()) for (const to of targets) visit([to], id)
      for (const [id, to] of (search.get(state) ?? []).entries()) visit([to], id)
    },
    isGoal: ([state]) => state === goal,
    spend,
  })
  return word ?? []
}
