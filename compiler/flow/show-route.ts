/** The way of a labelled request from its name to a target, on one line. */
import { visible } from '../diagnostics/quote.ts'
import { wildcardFor } from '../resolve/resolve-names.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { ServedTarget } from './served-targets.ts'
import type { Way } from './ways.ts'

export interface Route {
  label: string
  /** The name that the client asks for; null = not known. */
  asked: string | null
  way: Pick<Way, 'model' | 'rule'>
  target: ServedTarget
}

/** Such as: private → auto → rule forced → big (fallback fast) → opencode/sonnet (cloud) */
export function showRoute({ label, asked, way, target }: Route, policy: ResolvedPolicy): string {
  const { model, rule } = way
  const names = asked === null ? entryOf(way, policy) : namesFrom(asked, policy)
  if (rule === null && names.at(-1) === model) names.pop()
  const steps = [label, ...names]
  if (rule !== null) steps.push(`rule ${rule.id}`)
  if (model !== target.key) {
    const remarks = [rule === null && names.length === 0 ? ['by name'] : [], fallbackOf(target)].flat()
    steps.push(remarks.length === 0 ? model : `${model} (${remarks.join(', ')})`)
  }
  return joinSteps([...steps, targetStep(target, policy)])
}

/** The first model that leads this way. */
function entryOf({ model, rule }: Route['way'], { models }: ResolvedPolicy): string[] {
  if (rule === null) return [model]
  const entries = [...models].filter(([, entry]) => entry.kind === 'ruled' && entry.rules === rule.ruleset)
  return entries.slice(0, 1).map(([name]) => name)
}

function fallbackOf({ via }: ServedTarget): string[] {
  if (via === null) return ['fallback']
  return via.length === 0 ? [] : [`fallback ${via.join(', then ')}`]
}

function targetStep({ key, zone }: ServedTarget, { zones }: ResolvedPolicy): string {
  return `${key} (${zones[zone] ?? zone})`
}

export function joinSteps(steps: readonly string[]): string {
  return visible(steps.join(' → '))
}

/** The name and what its aliases stand for, down to a model. */
export function namesFrom(asked: string, { names, aliasOf, models, aliases }: ResolvedPolicy): string[] {
  const written = [...models.keys(), ...aliases.keys()]
  const pattern = names.has(asked) ? asked : (wildcardFor(asked, written) ?? asked)
  const steps = pattern === asked ? [asked] : [asked, pattern]
  let name = pattern
  for (let next = aliasOf.get(name); next !== undefined && !models.has(name); next = aliasOf.get(name)) {
    steps.push(next)
    name = next
  }
  return steps
}
