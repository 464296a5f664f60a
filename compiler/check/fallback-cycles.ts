/**
 * Fallbacks that lead back to the model they began at.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

interface Step {
  from: string
  to: string
  at: Place
}

export const fallbackCycles: Check = {
  name: 'fallback-cycles',
  run(policy, { report, locate }) {
    const reported = new Set<string>()
    for (const name of policy.models.keys()) {
      if (reported.has(name)) continue
      const [first, ...rest] = findCycle(name, policy)
      if (first === undefined) continue
      for (const { from } of [first, ...rest]) reported.add(from)
      const path = [first, ...rest].map(({ from }) => quote(from)).join(' → ')
      report(
        'check/fallback-cycle',
        `the fallbacks of ${quote(name)} lead back to it: ${path} → ${quote(name)}`,
        {
          at: first.at,
          secondary: rest.map(({ from, to, at }) => ({
            span: locate(at),
            text: `and ${quote(from)} falls back to ${quote(to)}`,
          })),
          notes: ['the targets of each were tried already when it comes round again'],
          help: 'remove one of these fallbacks, or name places as `backend/model` instead',
        },
      )
    }
  },
}

/** The shortest way from a model by its fallbacks back to it; empty when there is none. */
function findCycle(start: string, { models }: ResolvedPolicy): Step[] {
  const ways = new Map<string, Step[]>([[start, []]])
  for (const [name, way] of ways) {
    const model = models.get(name)
    for (const entry of model?.kind === 'served' ? model.fallback : []) {
      if (entry.kind !== 'model') continue
      const longer = [...way, { from: name, to: entry.model, at: entry.at }]
      if (entry.model === start) return longer
      // A Map is walked in the order of insertion, also while it grows.
      if (!ways.has(entry.model)) ways.set(entry.model, longer)
    }
  }
  return []
}
