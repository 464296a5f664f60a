/**
 * Texts without a match, by where they have led: all the states that are open at once. A match ends the search, so
 * whatever is slow is slow on a text that keeps clear of one.
 */
import type { Graph } from './graph.ts'
import { NotJudged } from './regex-node.ts'

export interface Situation {
  id: number
  /** Null when only one beginning is followed. */
  search: number | null
  /** Sorted. */
  states: readonly number[]
  /** The word that leads here. */
  before: readonly number[]
}

export interface Situations {
  /** Every situation that a text without a match leads to, beginning with the first. */
  all: () => Iterable<Situation>
  /** Null when a match may be complete. */
  step: (situation: Situation, classId: number) => Situation | null
  at: (id: number) => Situation
  /** Whether a text can go on from here, or end here, so that all ways that are open fail; later beginnings may match. */
  canFail: (situation: Situation) => boolean
}

const MAX_SITUATIONS = 3000

export function createSituations(graph: Graph, start: Pick<Situation, 'search' | 'states'>): Situations {
  const known: Situation[] = []
  const byKey = new Map<string, Situation>()
  const steps = new Map<number, Situation | null>()
  const intern = ({ search, states, before }: Omit<Situation, 'id'>): Situation => {
    const key = `${search}:${states.join()}`
    let situation = byKey.get(key)
    if (situation === undefined) {
      if (known.length >= MAX_SITUATIONS) throw new NotJudged('it is too intricate')
      situation = { id: known.length, search, states, before }
      known.push(situation)
      byKey.set(key, situation)
    }
    return situation
  }
  const compute = ({ search, states, before }: Situation, classId: number): Situation | null => {
    const open = search === null ? states : [search, ...states]
    if (open.some((state) => graph.accepts[state]?.[classId])) return null
    const reached = new Set(open.flatMap((state) => graph.next[state]?.[classId] ?? []))
    return intern({
      search: search === null ? null : (graph.search.get(search)?.[classId] ?? null),
      states: [...reached].toSorted((a, b) => a - b),
      before: [...before, classId],
    })
  }
  const step = (situation: Situation, classId: number): Situation | null => {
    const key = situation.id * graph.classCount + classId
    let found = steps.get(key)
    if (found === undefined) {
      found = compute(situation, classId)
      steps.set(key, found)
    }
    return found
  }
  const first = intern({ ...start, before: [] })
  const canFail = (situation: Situation): boolean => {
    const seen = new Set([intern({ ...situation, search: null })])
    // A Set is walked in the order of insertion, also while it grows.
    for (const reached of seen) {
      if (!reached.states.some((state) => graph.acceptsAtEnd[state])) return true
      for (let id = 0; id < graph.classCount; id++) {
        const next = step(reached, id)
        if (next !== null) seen.add(next)
      }
    }
    return false
  }
  return {
    step,
    canFail,
    at: (id) => known[id] ?? first,
    *all() {
      // It grows while it is read.
      for (const situation of known) {
        yield situation
        for (let id = 0; id < graph.classCount; id++) step(situation, id)
      }
    },
  }
}
