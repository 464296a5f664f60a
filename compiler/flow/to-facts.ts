/** A point of the space → the facts of a request: what a proof found, as the edge would see it. */
import type { Facts } from '../../src/table/facts.ts'
import type { FlagFact } from '../../src/table/predicate.ts'
import { ABSENT, exampleValue, OTHER, type OpaqueTest } from './header-values.ts'
import type { Cause } from './label-causes.ts'
import { contains } from './interval-set.ts'
import type { Formula } from './formula.ts'
import { COMPLEXITIES, PLAIN, UNSAID, type Aspect, type Space } from './space.ts'

export function toFacts(
  point: readonly number[],
  space: Space,
  causes: ReadonlyMap<string, readonly Cause[]>,
): Facts {
  const valueOf = (aspect: Aspect): number | undefined => point[space.dimensionOf(aspect) ?? -1]
  const flag = (fact: FlagFact | 'json'): boolean => valueOf({ kind: 'flag', fact }) === 1
  const chosen = <T>(kind: 'client' | 'name' | 'surface' | 'complexity', list: readonly T[]): T | undefined =>
    list[valueOf({ kind }) ?? 0]
  const isOn = (_: Aspect, dimension: number): boolean => point[dimension] === 1
  const present = space.aspects.filter(isOn)

  const client = chosen('client', space.clients) ?? ''
  const maxTokens = valueOf({ kind: 'maxTokens' }) ?? UNSAID
  const texts: boolean[] = []
  for (const [dimension, aspect] of space.aspects.entries()) {
    if (aspect.kind === 'text') texts[aspect.index] = point[dimension] === 1
  }
  return {
    client,
    surface: chosen('surface', space.surfaces) ?? 'chat',
    model: chosen('name', space.names)?.example ?? '',
    stream: flag('stream'),
    user: client,
    headers: headersOf(point, space),
    tokens: valueOf({ kind: 'tokens' }) ?? PLAIN.tokens,
    maxTokens: maxTokens === UNSAID ? null : maxTokens,
    systemLength: valueOf({ kind: 'systemLength' }) ?? PLAIN.systemLength,
    tools: flag('tools'),
    images: flag('images'),
    json: flag('json'),
    labels: labelsOf(point, causes),
    injection: flag('injection'),
    complexity: chosen('complexity', COMPLEXITIES) ?? 'simple',
    texts: Array.from(texts, Boolean),
    minuteOfWeek: valueOf({ kind: 'minuteOfWeek' }) ?? PLAIN.minuteOfWeek,
    unhealthy: present.flatMap((aspect) => (aspect.kind === 'down' ? [aspect.backend] : [])),
    modes: present.flatMap((aspect) => (aspect.kind === 'mode' ? [aspect.name] : [])),
  }
}

function headersOf(point: readonly number[], { aspects, headers }: Space): Record<string, string> {
  const passed = (name: string): OpaqueTest[] =>
    aspects.flatMap((aspect, dimension) =>
      aspect.kind === 'header-test' && aspect.name === name && point[dimension] === 1 ? [aspect.test] : [],
    )
  const found: Record<string, string> = {}
  for (const [dimension, aspect] of aspects.entries()) {
    const value = point[dimension] ?? ABSENT
    if (aspect.kind !== 'header' || value === ABSENT) continue
    const { name } = aspect
    const header = headers.get(name) ?? { named: [], opaque: [] }
    found[name] = value === OTHER ? exampleValue(passed(name), header) : (header.named[value - 2] ?? '')
  }
  return found
}

function labelsOf(
  point: readonly number[],
  causes: ReadonlyMap<string, readonly Cause[]>,
): Record<string, string[]> {
  const labels: Record<string, string[]> = {}
  for (const [label, list] of causes) {
    const present = list.filter(({ holds }) => holdsAt(holds, point)).map(({ cause }) => cause)
    if (present.length > 0) labels[label] = present
  }
  return labels
}

/** Whether a formula holds at a point. */
export function holdsAt(formula: Formula, point: readonly number[]): boolean {
  switch (formula.kind) {
    case 'constant':
      return formula.value
    case 'atom':
      return contains(formula.within, point[formula.dimension] ?? 0)
    case 'and':
      return formula.of.every((part) => holdsAt(part, point))
    case 'or':
      break
  }
  return formula.of.some((part) => holdsAt(part, point))
}
