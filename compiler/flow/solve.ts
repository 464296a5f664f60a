/**
 * Finds a request for which all of some formulas hold, or shows that there is none.
 *
 * A *box* bounds every dimension. The formulas narrow it as far as they force it; then the plainest point of the box is
 * tried, which nearly always settles it: a request without headers, phrases and tags slips past a thousand rules at
 * once. Only where it does not, the formula that fails there is taken apart, branch by branch. The point found is
 * plain wherever nothing forces it to be otherwise, so it reads as a minimal counterexample.
 */
import { not, type Formula } from './formula.ts'
import { contains, intersect, relate, type IntervalSet } from './interval-set.ts'

export interface Dimension {
  domain: IntervalSet
  /** The value of a plain request. */
  plain: number
}

/** A value for each dimension; none; or given up, because the budget was spent. */
export type Solution = { kind: 'found'; point: number[] } | { kind: 'none' } | { kind: 'unknown' }

/** Shared by the questions that one compilation asks. */
export interface Budget {
  /** Branches that may still be tried in all. */
  left: number
}

/** Branches that one question may try: beyond it the rules are more entangled than people write. */
const BRANCHES_PER_QUESTION = 2000

/** Deterministic: bounded by a count of branches, never by a clock. */
export function solve(dimensions: readonly Dimension[], goals: readonly Formula[], budget: Budget): Solution {
  const box = dimensions.map(({ domain }) => domain)
  const undo: { dimension: number; domain: IntervalSet }[] = []
  const share = Math.min(budget.left, BRANCHES_PER_QUESTION)
  let spent = 0

  const domainOf = (dimension: number): IntervalSet => box[dimension] ?? []
  const valueOf = (dimension: number): number => {
    const domain = domainOf(dimension)
    const plain = dimensions[dimension]?.plain ?? 0
    return contains(domain, plain) ? plain : (domain[0] ?? 0)
  }
  const narrow = (dimension: number, within: IntervalSet): void => {
    const domain = domainOf(dimension)
    undo.push({ dimension, domain })
    box[dimension] = intersect(domain, within)
  }
  const goBack = (mark: number): void => {
    for (const { dimension, domain } of undo.splice(mark).toReversed()) box[dimension] = domain
  }

  /** Whether it holds all over the box, nowhere in it, or here and there. */
  const judge = (formula: Formula): 'always' | 'never' | 'partly' => {
    switch (formula.kind) {
      case 'constant':
        return formula.value ? 'always' : 'never'
      case 'atom': {
        const place = relate(domainOf(formula.dimension), formula.within)
        if (place === 'within') return 'always'
        return place === 'apart' ? 'never' : 'partly'
      }
      case 'and':
      case 'or':
        break
    }
    const decisive = formula.kind === 'and' ? 'never' : 'always'
    let open = false
    for (const part of formula.of) {
      const verdict = judge(part)
      if (verdict === decisive) return verdict
      open ||= verdict === 'partly'
    }
    if (open) return 'partly'
    return decisive === 'never' ? 'always' : 'never'
  }

  const holdsAtPoint = (formula: Formula): boolean => {
    switch (formula.kind) {
      case 'constant':
        return formula.value
      case 'atom':
        return contains(formula.within, valueOf(formula.dimension))
      case 'and':
        return formula.of.every(holdsAtPoint)
      case 'or':
        break
    }
    return formula.of.some(holdsAtPoint)
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
          else open.push(alive.length === goal.of.length ? goal : { kind: 'or', of: alive })
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

  const kind = search(goals)
  budget.left -= Math.min(spent, share)
  if (kind !== 'found') return { kind }
  return { kind, point: dimensions.map((_, dimension) => valueOf(dimension)) }
}
