/**
 * A slow word as text, as short as it can be said.
 */
import type { Automaton } from './automaton.ts'
import type { SlowLoop } from './find-slow-loop.ts'

/** A text: `before`, then `loop` again and again, then `after`. */
export interface Attack {
  before: string
  loop: string
  after: string
}

export function toAttack({ before, loop }: SlowLoop, automaton: Automaton): Attack {
  const root = rootOf(loop)
  // What the loop repeats anyway need not stand before it.
  let start = [...before]
  while (start.length >= root.length && root.every((id, i) => start[start.length - root.length + i] === id)) {
    start = start.slice(0, -root.length)
  }
  const after = ending([...before, ...loop, ...loop, ...loop], automaton)
  return { before: toText(start, automaton), loop: toText(root, automaton), after: toText(after, automaton) }
}

export function toText(word: readonly number[], { classes }: Automaton): string {
  return word.map((id) => classes[id]?.example ?? '').join('')
}

/** The shortest word that this one repeats. */
function rootOf(word: readonly number[]): readonly number[] {
  const length = word.findIndex(
    (_, i) => i > 0 && word.length % i === 0 && word.every((id, j) => id === word[j % i]),
  )
  return length === -1 ? word : word.slice(0, length)
}

/** What a text ends with so that there is no match: nothing, or one character that leads nowhere or at least not to one. */
function ending(word: readonly number[], automaton: Automaton): number[] {
  let search = automaton.search
  let open = new Set<number>()
  const step = (id: number): Set<number> =>
    new Set([search, ...open].flatMap((state) => automaton.targets(state, id)))
  for (const id of word) {
    open = step(id)
    search = automaton.passed(id)
  }
  const isFree = (states: Iterable<number>, id: number | null): boolean =>
    [...states].every((state) => !automaton.accepts(state, id))
  if (isFree([search, ...open], null)) return []
  const last = automaton.classes
    .map((_, id) => ({ id, left: step(id) }))
    .filter(({ id, left }) => isFree([search, ...open], id) && isFree(left, null))
    .toSorted((a, b) => a.left.size - b.left.size)[0]
  return last === undefined ? [] : [last.id]
}
