/**
 * A program as an automaton without empty steps: states, and for each class of characters the states that a
 * backtracking matcher would try next, as often and in the order in which it would try them.
 */
import { cutAlphabet, type CharacterClass } from './alphabet.ts'
import { WORD } from './code-points.ts'
import { foldCase } from './fold-case.ts'
import type { Instruction, Program } from './program.ts'
import { NotJudged, type Look, type PlaceTest } from './regex-node.ts'

/** What stands before or after a place, as far as assertions look at it: the first class that they cannot tell from it. */
type Side = number

/** The edge of the text. */
const EDGE: Side = -1

export interface Automaton {
  classes: readonly CharacterClass[]
  /** The search, before it tries the pattern at any place; `targets` of it are the pattern's first states. */
  search: number
  /** States of the search: where it stands when the pattern is still to begin. */
  isSearch: (state: number) => boolean
  /** Where the search stands after it has passed a character. */
  passed: (classId: number) => number
  /** States of the pattern after one more character, with repetitions: each is a way of its own. */
  targets: (state: number, classId: number) => readonly number[]
  /** Whether a match is complete at a state when a character of that class comes next; null = the text ends. */
  accepts: (state: number, classId: number | null) => boolean
}

/** Empty ways out of one state that are followed. */
const MAX_EMPTY_WAYS = 1000
const MAX_STATES = 6000

/** What can be had from an instruction without consuming anything. */
interface Reach {
  characters: { set: number; next: number }[]
  accepts: boolean
}

/** Its functions throw NotJudged when there is too much to look at. */
export function toAutomaton(program: Program, ignoreCase: boolean): Automaton {
  const word = ignoreCase ? foldCase(WORD) : WORD
  const classes = cutAlphabet(program.sets, word)
  const sides = sidesOf(program, classes)
  const edge = sides === null ? 0 : EDGE
  const sideOf = (classId: number): Side => sides?.[classId] ?? 0

  const states: { instruction: number; before: Side; search: boolean }[] = []
  const ids = new Map<string, number>()
  const intern = (instruction: number, before: Side, search: boolean): number => {
    const key = `${instruction} ${before} ${search}`
    let id = ids.get(key)
    if (id === undefined) {
      if (states.length >= MAX_STATES) throw new NotJudged('it has too many states')
      id = states.push({ instruction, before, search }) - 1
      ids.set(key, id)
    }
    return id
  }
  const reaches = new Map<string, Reach>()
  const reachOf = (state: number, after: Side): Reach => {
    const key = `${state} ${after}`
    let reach = reaches.get(key)
    if (reach === undefined) {
      const { instruction = 0, before = edge } = states[state] ?? {}
      reach = follow(program.instructions, instruction, { before, after, classes })
      reaches.set(key, reach)
    }
    return reach
  }
  const targets = new Map<number, number[]>()
  return {
    classes,
    search: intern(program.entry, edge, true),
    isSearch: (state) => states[state]?.search === true,
    passed: (classId) => intern(program.entry, sideOf(classId), true),
    targets(state, classId) {
      const key = state * classes.length + classId
      let found = targets.get(key)
      if (found === undefined) {
        const side = sideOf(classId)
        const held = classes[classId]?.inSet ?? []
        const { characters } = reachOf(state, side)
        found = characters.filter(({ set }) => held[set]).map(({ next }) => intern(next, side, false))
        targets.set(key, found)
      }
      return found
    },
    accepts: (state, classId) => reachOf(state, classId === null ? edge : sideOf(classId)).accepts,
  }
}

/** For each class its side; null when nothing looks. */
function sidesOf({ instructions }: Program, classes: readonly CharacterClass[]): Side[] | null {
  const looked = instructions.flatMap((instruction) =>
    instruction.kind === 'assert' ? [instruction.assertion] : [],
  )
  if (looked.length === 0) return null
  const first = new Map<string, Side>()
  return classes.map(({ isWord, isLineEnd, inSet }, id) => {
    const sets = looked.map((assertion) => typeof assertion === 'object' && inSet[assertion.set] === true)
    const key = [isWord, isLineEnd, ...sets].map(Number).join('')
    const side = first.get(key) ?? id
    first.set(key, side)
    return side
  })
}

interface Between {
  before: Side
  after: Side
  classes: readonly CharacterClass[]
}

/** Every empty way, depth first. A round of a repetition that has consumed nothing is no way: the engine drops it. */
function follow(instructions: readonly Instruction[], start: number, between: Between): Reach {
  const reach: Reach = { characters: [], accepts: false }
  const emptyRounds = new Set<number>()
  let ways = 0
  const enter = (loop: number): void => {
    const instruction = instructions[loop]
    if (instruction?.kind !== 'loop') return
    if (instruction.lazy) visit(instruction.exit)
    const isNew = !emptyRounds.has(loop)
    emptyRounds.add(loop)
    visit(instruction.body)
    if (isNew) emptyRounds.delete(loop)
    if (!instruction.lazy) visit(instruction.exit)
  }
  const visit = (id: number): void => {
    const instruction = instructions[id]
    ways += 1
    if (ways > MAX_EMPTY_WAYS) throw new NotJudged('it can match nothing in too many ways')
    switch (instruction?.kind) {
      case 'character':
        reach.characters.push(instruction)
        break
      case 'accept':
        reach.accepts = true
        break
      case 'split':
        instruction.next.forEach(visit)
        break
      case 'loop':
        enter(id)
        break
      case 'again':
        if (!emptyRounds.has(instruction.loop)) enter(instruction.loop)
        break
      case 'assert':
        if (holdsBetween(instruction.assertion, between)) visit(instruction.next)
        break
      case undefined:
        break
    }
  }
  visit(start)
  return reach
}

function holdsBetween(assertion: PlaceTest | Look<number>, { before, after, classes }: Between): boolean {
  if (typeof assertion === 'object') {
    const { look, set, negated } = assertion
    return (classes[look === 'ahead' ? after : before]?.inSet[set] === true) !== negated
  }
  const isWord = (side: Side): boolean => classes[side]?.isWord === true
  switch (assertion) {
    case 'start':
      return before === EDGE
    case 'end':
      return after === EDGE
    case 'line-start':
      return before === EDGE || classes[before]?.isLineEnd === true
    case 'line-end':
      return after === EDGE || classes[after]?.isLineEnd === true
    case 'boundary':
      return isWord(before) !== isWord(after)
    case 'no-boundary':
      break
  }
  return isWord(before) === isWord(after)
}
