/**
 * Breadth-first search for the shortest word that leads from one tuple of states to another.
 */

export interface WordSearch {
  start: readonly number[]
  /** Tells `visit` each tuple that one class of characters leads to. */
  expand: (tuple: readonly number[], visit: (tuple: number[], classId: number) => void) => void
  /** Not asked about `start`: words have a character at least. */
  isGoal: (tuple: readonly number[]) => boolean
  /** Called at each step; may throw to give up. */
  spend: () => void
}

/** @returns classes of characters, or null when no word leads there */
export function findWord({ start, expand, isGoal, spend }: WordSearch): number[] | null {
  interface Node {
    tuple: readonly number[]
    classId: number
    parent: Node | null
  }
  const queue: Node[] = [{ tuple: start, classId: -1, parent: null }]
  const seen = new Set<number>()
  const goals: Node[] = []
  for (const node of queue) {
    expand(node.tuple, (tuple, classId) => {
      spend()
      const key = keyOf(tuple)
      if (seen.has(key)) return
      seen.add(key)
      const found = { tuple, classId, parent: node }
      queue.push(found)
      if (isGoal(tuple)) goals.push(found)
    })
    if (goals.length > 0) break
  }
  const [goal] = goals
  if (goal === undefined) return null
  const word: number[] = []
  for (let node = goal; node.parent !== null; node = node.parent) word.unshift(node.classId)
  return word
}

/** More than there are states or situations; four of them still fit into a whole number. */
const BASE = 8000

function keyOf(tuple: readonly number[]): number {
  let key = 0
  for (const part of tuple) key = key * BASE + part
  return key
}
