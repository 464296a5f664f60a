/**
 * Formulas over the dimensions of a request, without negation: an atom's opposite is an atom too. Nodes are shared,
 * so that what earlier rules did to a request can stand within the conditions of later ones.
 */
import { complement, type IntervalSet } from './interval-set.ts'

export type Formula =
  | { kind: 'constant'; value: boolean }
  /** The value of a dimension lies in a set. */
  | { kind: 'atom'; dimension: number; within: IntervalSet }
  | { kind: 'and' | 'or'; of: readonly Formula[]; size: number }

export const TRUE: Formula = { kind: 'constant', value: true }
export const FALSE: Formula = { kind: 'constant', value: false }

/** A node with so many parts stays whole within others, so that all of them share it. */
const SHARED = 8

export function atom(dimension: number, within: IntervalSet): Formula {
  return within.length === 0 ? FALSE : { kind: 'atom', dimension, within }
}

export function and(...parts: readonly Formula[]): Formula {
  return join('and', parts)
}

export function or(...parts: readonly Formula[]): Formula {
  return join('or', parts)
}

function join(kind: 'and' | 'or', parts: readonly Formula[]): Formula {
  const absorbing = kind === 'or'
  const of: Formula[] = []
  for (const part of parts) {
    if (part.kind === 'constant') {
      if (part.value === absorbing) return part
    } else if (part.kind === kind && part.of.length < SHARED) of.push(...part.of)
    else of.push(part)
  }
  const [first] = of
  if (first === undefined) return absorbing ? FALSE : TRUE
  return of.length === 1 ? first : { kind, of, size: of.reduce((sum, part) => sum + sizeOf(part), 1) }
}

/** How many nodes it is when written out, what is shared as often as it stands there. */
export function sizeOf(formula: Formula): number {
  return 'size' in formula ? formula.size : 1
}

const opposites = new WeakMap<Formula, Formula>()

/** The opposite, made once for each node. */
export function not(formula: Formula): Formula {
  const known = opposites.get(formula)
  if (known !== undefined) return known
  const opposite = negate(formula)
  opposites.set(formula, opposite)
  opposites.set(opposite, formula)
  return opposite
}

function negate(formula: Formula): Formula {
  switch (formula.kind) {
    case 'constant':
      return formula.value ? FALSE : TRUE
    case 'atom':
      return atom(formula.dimension, complement(formula.within))
    case 'and':
      return or(...formula.of.map(not))
    case 'or':
      break
  }
  return and(...formula.of.map(not))
}
