/**
 * Rules that lead where they never get: every request that comes to such a rule carries a label that keeps it from all
 * targets, so what decides is the label's `onDenied`. Without one it is a leak, and `check/privacy-leak` says so.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { analyseFlow } from '../flow/flow.ts'
import { not } from '../flow/formula.ts'
import { servedTargets } from '../flow/served-targets.ts'
import { waysOf, type Way } from '../flow/ways.ts'
import { within } from '../resolve/place.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const alwaysDenied: Check = {
  name: 'always-denied',
  onlyIfSound: true,
  run(policy, context) {
    for (const way of waysOf(policy, analyseFlow(policy))) {
      if (way.rule === null) continue
      const best = Math.max(...servedTargets(way.model, policy).map(({ zone }) => zone))
      const denying = [...policy.labels].filter(([, { label }]) => label.mayReach > best)
      if (denying.length === 0) continue
      const none = denying.map(([name]) => not(way.marks.label(name)))
      if (way.ask(none).kind !== 'none' || way.ask([]).kind !== 'found') continue
      const present = denying.filter(([name]) => way.ask([way.marks.label(name)]).kind === 'found')
      if (present.some(([, { label }]) => label.onDenied === null)) continue
      report({ way, best, labels: present.map(([name]) => name) }, policy, context)
    }
  },
}

interface Denied {
  way: Way
  /** The most trusted zone it leads to. */
  best: number
  labels: readonly string[]
}

function report({ way, best, labels }: Denied, policy: ResolvedPolicy, context: ResolveContext): void {
  const { rule, model, at } = way
  const ends = labels.flatMap((name) => {
    const onDenied = policy.labels.get(name)?.label.onDenied ?? null
    return onDenied?.kind === 'reroute' ? [`go to ${quote(onDenied.to)}`] : ['are refused']
  })
  context.report(
    'check/always-denied',
    `the rule ${quote(rule?.id ?? '')} never gets to ${quote(model)}: ${quoteList(labels)} always keeps its requests away`,
    {
      at,
      label: `at best in the zone ${quote(policy.zones[best] ?? '')}`,
      secondary: labels.flatMap((name) => {
        const place = policy.labels.get(name)?.at
        if (place === undefined) return []
        const bound = policy.zones[policy.labels.get(name)?.label.mayReach ?? 0] ?? ''
        return [{ span: context.locate(within(place, 'mayReach')), text: `may not go below ${quote(bound)}` }]
      }),
      notes: [`they ${[...new Set(ends)].join(', or ')} instead`],
      help: 'lead it to a model that may see them, or block them in the rule itself',
    },
  )
}
