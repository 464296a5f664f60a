/**
 * Finds a request for which all of some formulas hold, or shows that there is none.
 *
 * A *box* bounds every dimension. The formulas narrow it as far as they force it; then the plainest point of the box is
 * tried, which nearly always settles it: a request without headers, phrases and tags slips past a thousand rules at
 * once. Only where it does not, the formula that fails there is taken apart, branch by branch. The point found is
 * plain wherever nothing forces it to be otherwise, so it reads as a minimal counterexample.
 */
import { not, or, sizeOf, TRUE, type Formula } from './formula.ts'
import { contains, intersect, relate, type IntervalSet } from './interval-set.ts'

export interface Dimension {
  domain: IntervalSet
  /** The value of a plain request. */
  plain: number
}

/** A value for each dimension; none; or given up, because the budget was spent. */
export type Solution = { kind: 'found'; point: () => number[] } | { kind: 'none' } | { kind: 'unknown' }

/** Shared by the questions that one compilation asks. */
export interface Budget {
  /** Branches that may still be tried in all. */
  left: number
}

/** Branches that one question may try: beyond it the rules are more entangled than people write. */
const BRANCHES_PER_QUESTION = 1000

/** Whether a formula holds all over the box, nowhere in it, or here and there. */
type Verdict = 'always' | 'never' | 'partly'

const VERDICTS = { within: 'always', apart: 'never', partly: 'partly' } as const

/** From here on a formula is not judged twice. */
const LARGE = 64

/** Deterministic: bounded by a count of branches, never by a clock. */
export function solve(dimensions: readonly Dimension[], goals: readonly Formula[], budget: Budget): Solution {
  /** Only what has been narrowed. */
  const box: (IntervalSet | undefined)[] = []
  const undo: { dimension: number; domain: IntervalSet | undefined }[] = []
  // Verdicts on large formulas, which may stand within each other many times over. What is decided in a box stays so in
  // every narrower one; what is open, and what holds at the plainest point, is known for the box as it is.
  const decided = new Map<Formula, Verdict>()
  const open = new Map<Formula, Verdict>()
  const atPoint = new Map<Formula, boolean>()
  const share = Math.min(budget.left, BRANCHES_PER_QUESTION)
  let spent = 0

  const domainOf = (dimension: number): IntervalSet => box[dimension] ?? dimensions[dimension]?.domain ?? []
  const valueOf = (dimension: number): number => {
    const plain = dimensions[dimension]?.plain ?? 0
    const domain = box[dimension]
    return domain === undefined || contains(domain, plain) ? plain : (domain[0] ?? 0)
  }
  const narrow = (dimension: number, within: IntervalSet): void => {
    undo.push({ dimension, domain: box[dimension] })
    box[dimension] = intersect(domainOf(dimension), within)
    open.clear()
    atPoint.clear()
  }
  const goBack = (mark: number): void => {
    for (const { dimension, domain } of undo.splice(mark).toReversed()) box[dimension] = domain
    decided.clear()
    open.clear()
    atPoint.clear()
  }

  const judge = (formula: Formula): Verdict => {
    if (formula.kind === 'constant') return formula.value ? 'always' : 'never'
    if (formula.kind === 'atom') return VERDICTS[relate(domainOf(formula.dimension), formula.within)]
    const known = decided.get(formula) ?? open.get(formula)
    if (known !== undefined) return known
    const verdict = judgeParts(formula)
    if (sizeOf(formula) >= LARGE) (verdict === 'partly' ? open : decided).set(formula, verdict)
    return verdict
  }
  const judgeParts = ({ kind, of }: Extract<Formula, { kind: 'and' | 'or' }>): Verdict => {
    const decisive = kind === 'and' ? 'never' : 'always'
    let isOpen = false
    for (const part of of) {
      const verdict = judge(part)
      if (verdict === decisive) return verdict
      isOpen ||= verdict === 'partly'
    }
    if (isOpen) return 'partly'
    return decisive === 'never' ? 'always' : 'never'
  }

  const holdsAtPoint = (formula: Formula): boolean => {
    if (formula.kind === 'constant') return formula.value
    if (formula.kind === 'atom') return contains(formula.within, valueOf(formula.dimension))
    const known = atPoint.get(formula)
    if (known !== undefined) return known
    const { kind, of } = formula
    const isSo = kind === 'and' ? of.every(holdsAtPoint) : of.some(holdsAtPoint)
    if (sizeOf(formula) >= LARGE) atPoint.set(formula, isSo)
    return isSo
  }

  /**
   * Narrows the box by what a goal forces, and adds what it leaves open to a list; false = it cannot hold.
   * @param seen goals of which this is done; they may stand within each other many times over
   */
  const assert = (goal: Formula, left: Formula[], seen: Set<Formula>): boolean => {
    const verdict = judge(goal)
    if (verdict !== 'partly' || seen.has(goal)) return verdict !== 'never'
    seen.add(goal)
    if (goal.kind === 'atom') narrow(goal.dimension, goal.within)
    else if (goal.kind === 'and') return goal.of.every((part) => assert(part, left, seen))
    else if (goal.kind === 'or') {
      const alive = goal.of.filter((part) => judge(part) !== 'never')
      const [only, ...others] = alive
      if (only !== undefined && others.length === 0) return assert(only, left, seen)
      left.push(alive.length === goal.of.length ? goal : or(...alive))
    }
    return true
  }

  /** Narrows the box by all that the goals force. What they leave open comes back; null = they exclude each other. */
  const propagate = (all: readonly Formula[]): Formula[] | null => {
    const mark = undo.length
    const left: Formula[] = []
    const seen = new Set<Formula>()
    if (!all.every((goal) => assert(goal, left, seen))) return null
    return undo.length === mark ? left : propagate(left)
  }

  const search = (all: readonly Formula[]): Solution['kind'] => {
    const mark = undo.length
    const pending = propagate(all)
    const failing = pending?.find((goal) => !holdsAtPoint(goal))
    if (pending !== null && failing === undefined) return 'found'
    if (pending !== null && failing?.kind === 'or') {
      const rest = pending.filter((goal) => goal !== failing)
      for (const branch of failing.of) {
        spent += 1
        if (spent > share) return 'unknown'
        const verdict = search([branch, ...rest])
        if (verdict !== 'none') return verdict
        // What had no solution with this branch need not be tried with it again.
        rest.push(not(branch))
      }
    }
    goBack(mark)
    return 'none'
  }

  /**
   * Straight ahead: what fails at the plainest point is made to hold in the first way there is, until nothing fails.
   * Finds most points at the price of looking at each goal once or twice; false says nothing.
   */
  const stride = (): boolean => {
    let held = 0
    for (let i = 0; held < goals.length; i = (i + 1) % goals.length) {
      const goal = goals[i] ?? TRUE
      if (holdsAtPoint(goal)) held += 1
      else if (enforce(goal)) held = 0
      else return false
    }
    return true
  }
  const enforced = new Set<Formula>()
  const enforce = (formula: Formula): boolean => {
    if (formula.kind === 'constant') return formula.value
    if (enforced.has(formula)) return true
    enforced.add(formula)
    if (formula.kind === 'atom') {
      if (judge(formula) === 'never') return false
      narrow(formula.dimension, formula.within)
      return true
    }
    if (formula.kind === 'and') return formula.of.every(enforce)
    const way = formula.of.find((part) => judge(part) !== 'never')
    return way !== undefined && enforce(way)
  }

  let kind: Solution['kind'] = 'found'
  if (!stride()) {
    goBack(0)
    kind = search(goals)
    budget.left -= Math.min(spent, share)
  }
  if (kind !== 'found') return { kind }
  return { kind, point: () => dimensions.map((_, dimension) => valueOf(dimension)) }
}
