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

function remember<T>(known: Map<Formula, T>, formula: Formula, find: () => T): T {
  if (sizeOf(formula) < LARGE) return find()
  const found = known.get(formula) ?? find()
  known.set(formula, found)
  return found
}

/** Deterministic: bounded by a count of branches, never by a clock. */
export function solve(dimensions: readonly Dimension[], goals: readonly Formula[], budget: Budget): Solution {
  /** Only what has been narrowed. */
  const box: (IntervalSet | undefined)[] = []
  const undo: { dimension: number; domain: IntervalSet | undefined }[] = []
  /** Verdicts on large formulas, which may stand within each other many times over, for the box as it is. */
  const verdicts = new Map<Formula, Verdict>()
  const atPoint = new Map<Formula, boolean>()
  const forget = (): void => {
    verdicts.clear()
    atPoint.clear()
  }
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
    forget()
  }
  const goBack = (mark: number): void => {
    for (const { dimension, domain } of undo.splice(mark).toReversed()) box[dimension] = domain
    forget()
  }

  const judge = (formula: Formula): Verdict => {
    if (formula.kind === 'constant') return formula.value ? 'always' : 'never'
    if (formula.kind === 'atom') return VERDICTS[relate(domainOf(formula.dimension), formula.within)]
    return remember(verdicts, formula, () => {
      const decisive = formula.kind === 'and' ? 'never' : 'always'
      let open = false
      for (const part of formula.of) {
        const verdict = judge(part)
        if (verdict === decisive) return verdict
        open ||= verdict === 'partly'
      }
      if (open) return 'partly'
      return decisive === 'never' ? 'always' : 'never'
    })
  }

  const holdsAtPoint = (formula: Formula): boolean => {
    if (formula.kind === 'constant') return formula.value
    if (formula.kind === 'atom') return contains(formula.within, valueOf(formula.dimension))
    return remember(atPoint, formula, () =>
      formula.kind === 'and' ? formula.of.every(holdsAtPoint) : formula.of.some(holdsAtPoint),
    )
  }

  /** Narrows the box by all that the goals force. What they leave open comes back; null = they exclude each other. */
  const propagate = (all: readonly Formula[]): Formula[] | null => {
    let pending = [...all]
    let narrowed = true
    while (narrowed) {
      narrowed = false
      const open: Formula[] = []
      // `and` adds its parts to the list that is being read.
      for (let i = 0; i < pending.length; i += 1) {
        const goal = pending[i]
        if (goal === undefined) break
        const verdict = judge(goal)
        if (verdict === 'never') return null
        if (verdict === 'always') continue
        if (goal.kind === 'atom') {
          narrow(goal.dimension, goal.within)
          narrowed = true
        } else if (goal.kind === 'and') pending.push(...goal.of)
        else if (goal.kind === 'or') {
          const alive = goal.of.filter((part) => judge(part) !== 'never')
          if (alive.length === 1) pending.push(...alive)
          else open.push(alive.length === goal.of.length ? goal : or(...alive))
        }
      }
      pending = open
    }
    return pending
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
      held = holdsAtPoint(goal) ? held + 1 : 1
      if (held === 1 && !enforce(goal)) return false
    }
    return true
  }
  const enforce = (formula: Formula): boolean => {
    if (formula.kind === 'constant') return formula.value
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
