/**
 * Surfaces that are served and that a guard does not look at.
 */
import type { Surface } from '../../src/table/route-table.ts'
import { quote, quoteList } from '../diagnostics/quote.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { clientReach } from './client-reach.ts'

export const unguardedSurfaces: Check = {
  name: 'unguarded-surfaces',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    const served = servedSurfaces(policy)
    for (const guard of ['privacy', 'injection'] as const) {
      const at = policy.guards[guard]
      const seen = policy.classify[guard]?.surfaces
      if (at === null || seen === undefined) continue
      const unseen = [...served.keys()].filter((surface) => !seen.includes(surface))
      const [first] = unseen
      if (first === undefined) continue
      const { way, model } = served.get(first) ?? { way: [], model: '' }
      const modelAt = policy.models.get(model)?.at
      report(
        'check/unguarded-surface',
        `${quote(`classify.${guard}`)} does not look at ${quoteList(unseen)}, which ${unseen.length === 1 ? 'is' : 'are'} served`,
        {
          at: { ...at, path: [...at.path, 'surfaces'] },
          label: 'all that is served must be among them',
          secondary:
            modelAt === undefined ? [] : [{ span: locate(modelAt, 'key'), text: `serves ${quote(first)}` }],
          notes: [`a request by ${quote(first)} would pass unseen: ${way.join(' → ')}`],
          help: `leave ${quote('surfaces')} out to look at all, or take ${quoteList(unseen)} off the ${quote('surfaces')} of the policy or its models`,
        },
      )
    }
  },
}

/** Each with the first model found that serves it and that a client can come to. */
function servedSurfaces(policy: ResolvedPolicy): Map<Surface, { way: readonly string[]; model: string }> {
  const served = new Map<Surface, { way: readonly string[]; model: string }>()
  for (const [name, client] of policy.clients) {
    for (const [model, way] of clientReach(policy, name, client)) {
      const found = policy.models.get(model)
      if (found?.kind !== 'served') continue
      for (const surface of policy.surfaces) {
        if (served.has(surface) || (found.surfaces !== null && !found.surfaces.includes(surface))) continue
        served.set(surface, { way, model })
      }
    }
  }
  return served
}
