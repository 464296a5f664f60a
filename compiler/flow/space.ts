/**
 * The dimensions of a request, and the formulas that say something about one of them. Lists (clients, names, surfaces)
 * are numbered by their places; what can only be so or not is 0 or 1.
 */
import type { Complexity, FlagFact, HeaderTest, NumberFact, WeekWindow } from '../../src/table/predicate.ts'
import type { Surface } from '../../src/table/route-table.ts'
import type { FlowInput } from './flow-input.ts'
import { atom, or, and, type Formula } from './formula.ts'
import { headerValues, OTHER, passes, type HeaderValues, type OpaqueTest } from './header-values.ts'
import { BOTH, FALSE_ONLY, setOf, TRUE_ONLY, unionOf, type IntervalSet } from './interval-set.ts'
import { allConditions } from './all-conditions.ts'
import { nameClasses, type NameClass } from './name-classes.ts'
import type { Dimension } from './solve.ts'

/** What of a request a dimension is. */
export type Aspect =
  | { kind: 'client' | 'name' | 'surface' | 'complexity' | 'minuteOfWeek' | NumberFact }
  | { kind: 'flag'; fact: FlagFact | 'json' }
  | { kind: 'header'; name: string }
  /** Of a header whose value the policy does not name. */
  | { kind: 'header-test'; name: string; test: OpaqueTest }
  | { kind: 'text'; index: number }
  | { kind: 'down'; backend: string }
  | { kind: 'mode'; name: string }
  /** Something that puts a label on the request. */
  | { kind: 'cause'; label: string; cause: string }

export interface Space {
  /** Grow while formulas are made. */
  dimensions: Dimension[]
  /** What each dimension is. */
  aspects: Aspect[]
  /** Which dimension an aspect is; undefined when nothing asks about it. */
  dimensionOf: (aspect: Aspect) => number | undefined
  clients: readonly string[]
  names: readonly NameClass[]
  surfaces: readonly Surface[]
  headers: ReadonlyMap<string, HeaderValues>
  client: (is: (name: string) => boolean) => Formula
  name: (is: (name: NameClass) => boolean) => Formula
  surface: (surfaces: readonly Surface[]) => Formula
  complexity: (classes: readonly Complexity[]) => Formula
  number: (fact: NumberFact, range: { atLeast: number; below: number | null }) => Formula
  time: (windows: readonly WeekWindow[]) => Formula
  flag: (fact: FlagFact | 'json', is: boolean) => Formula
  /** Expects a header test of the policy's rules. */
  header: (name: string, test: HeaderTest) => Formula
  /** Of a value that the policy does not name. */
  opaque: (name: string, test: OpaqueTest) => Formula
  text: (index: number) => Formula
  up: (backend: string) => Formula
  mode: (name: string) => Formula
  cause: (label: string, cause: string) => Formula
}

export const COMPLEXITIES: readonly Complexity[] = ['simple', 'medium', 'complex']

/** The output tokens of a request that does not say. */
export const UNSAID = -1

/** A plain request: Monday noon, ten tokens. */
export const PLAIN: Record<NumberFact | 'minuteOfWeek', number> = {
  tokens: 10,
  maxTokens: UNSAID,
  systemLength: 0,
  minuteOfWeek: 720,
}

export function createSpace(input: FlowInput): Space {
  const dimensions: Dimension[] = []
  const aspects: Aspect[] = []
  const places = new Map<string, number>()

  const place = (aspect: Aspect, domain: IntervalSet, plain = 0): number => {
    const key = JSON.stringify(aspect)
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, dimensions.length)
    aspects.push(aspect)
    return dimensions.push({ domain, plain }) - 1
  }
  const yes = (aspect: Aspect): Formula => atom(place(aspect, BOTH), TRUE_ONLY)

  const conditions = allConditions(input.rulesets)
  const clients = Object.keys(input.clients)
  const names = nameClasses(input, conditions)
  const { surfaces } = input
  const headers = headerValues(conditions)

  /** Those of a list for which something holds. */
  const among = <T>(kind: 'client' | 'name' | 'surface' | 'complexity', list: readonly T[]) => {
    const dimension = place({ kind }, setOf(list.keys()))
    return (is: (item: T) => boolean): Formula =>
      atom(dimension, setOf(list.flatMap((item, i) => (is(item) ? [i] : []))))
  }
  const amongSurfaces = among('surface', surfaces)
  const amongComplexities = among('complexity', COMPLEXITIES)
  const numbers = (fact: NumberFact): number =>
    place({ kind: fact }, [fact === 'maxTokens' ? UNSAID : 0, Infinity], PLAIN[fact])
  const minute = place({ kind: 'minuteOfWeek' }, [0, 10_080], PLAIN.minuteOfWeek)

  const opaque = (name: string, test: OpaqueTest): Formula => yes({ kind: 'header-test', name, test })

  const header = (name: string, test: HeaderTest): Formula => {
    const { named } = headers.get(name) ?? { named: [] }
    const dimension = place({ kind: 'header', name }, [0, named.length + 2])
    const those = (is: (value: string) => boolean): Formula =>
      atom(dimension, setOf(named.flatMap((value, i) => (is(value) ? [i + 2] : []))))
    if (test.kind === 'present') return atom(dimension, [OTHER, named.length + 2])
    if (test.kind === 'equals') return those((value) => test.anyOf.includes(value))
    return or(
      those((value) => passes(value, test)),
      and(atom(dimension, [OTHER, OTHER + 1]), opaque(name, test)),
    )
  }

  return {
    dimensions,
    aspects,
    dimensionOf: (aspect) => places.get(JSON.stringify(aspect)),
    clients,
    names,
    surfaces,
    headers,
    client: among('client', clients),
    name: among('name', names),
    surface: (wanted) => amongSurfaces((surface) => wanted.includes(surface)),
    complexity: (classes) => amongComplexities((one) => classes.includes(one)),
    number: (fact, { atLeast, below }) =>
      atom(numbers(fact), unionOf([{ start: atLeast, end: below ?? Infinity }])),
    time: (windows) => atom(minute, unionOf(windows)),
    flag: (fact, is) => atom(place({ kind: 'flag', fact }, BOTH), is ? TRUE_ONLY : FALSE_ONLY),
    header,
    opaque,
    text: (index) => yes({ kind: 'text', index }),
    up: (backend) => atom(place({ kind: 'down', backend }, BOTH), FALSE_ONLY),
    mode: (name) => yes({ kind: 'mode', name }),
    cause: (label, cause) => yes({ kind: 'cause', label, cause }),
  }
}
