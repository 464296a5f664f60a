/**
 * Surfaces that are served and that a guard does not look at.
 */
import type { Facts } from '../../src/table/facts.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { Surface } from '../../src/table/route-table.ts'
import { quote, quoteList } from '../diagnostics/quote.ts'
import { describeFacts } from '../flow/describe-facts.ts'
import { analyseFlow } from '../flow/flow.ts'
import { surfacesOf } from '../flow/served-targets.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const unguardedSurfaces: Check = {
  name: 'unguarded-surfaces',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    const cache = new Map<Surface, Served | null>()
    const servedBy = (surface: Surface): Served | null => {
      const served = cache.get(surface) ?? findServed(surface, policy)
      cache.set(surface, served)
      return served
    }
    for (const guard of ['privacy', 'injection'] as const) {
      const at = policy.guards[guard]
      const seen = policy.classify[guard]?.surfaces
      if (at === null || seen === undefined) continue
      const unseen = policy.surfaces.flatMap((surface) =>
        seen.includes(surface) ? [] : (servedBy(surface) ?? []),
      )
      const [first] = unseen
      if (first === undefined) continue
      const names = unseen.map(({ surface }) => surface)
      const modelAt = policy.models.get(first.model)?.at
      report(
        'check/unguarded-surface',
        `${quote(`classify.${guard}`)} does not look at ${quoteList(names)}, which ${names.length === 1 ? 'is' : 'are'} served`,
        {
          at: { ...at, path: [...at.path, 'surfaces'] },
          label: 'all that is served must be among them',
          secondary:
            modelAt === undefined
              ? []
              : [{ span: locate(modelAt, 'key'), text: `serves ${quote(first.surface)}` }],
          notes: [`for example: ${describeFacts(first.facts, policy.texts)}, and passes unseen`],
          help: `leave ${quote('surfaces')} out to look at all, or take ${quoteList(names)} off the ${quote('surfaces')} of the policy or its models`,
        },
      )
    }
  },
}

interface Served {
  surface: Surface
  model: string
  facts: Facts
}

/** A request on a surface that a model takes: by its name, or by a rule. Fallbacks and reroutes take no others. */
function findServed(surface: Surface, policy: ResolvedPolicy): Served | null {
  const { models, rulesets } = policy
  const flow = analyseFlow(policy)
  const also: Predicate[] = [{ kind: 'surface', names: [surface] }]
  for (const [model, entry] of models) {
    if (entry.kind === 'ruled' || !surfacesOf(model, policy).includes(surface)) continue
    const found = flow.byName({ model, also })
    if (found.kind === 'found') return { surface, model, facts: found.facts }
    for (const [ruleset, { rules }] of rulesets) {
      for (const [index, { destinations }] of rules.entries()) {
        if (!destinations.some(({ model: to }) => to === model)) continue
        const ruled = flow.atRule({ ruleset, index, also })
        if (ruled.kind === 'found') return { surface, model, facts: ruled.facts }
      }
    }
  }
  return null
}
