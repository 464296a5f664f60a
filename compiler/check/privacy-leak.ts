/**
 * The proof that labelled requests stay where they may be. A label that says nothing of what happens when no target is
 * trusted enough (`onDenied`) promises that this is never asked: no request that may carry it is sent towards a less
 * trusted target, whatever its name, rules, fallbacks, modes and failures. What goes to a trace, a cache, an embedding or
 * a classifier model is judged in `leaking-sinks.ts`.
 */
import { describeFacts } from '../flow/describe-facts.ts'
import { analyseFlow, GIVEN_UP, type Flow } from '../flow/flow.ts'
import { isServed, servedTargets, type ServedTarget } from '../flow/served-targets.ts'
import { showRoute } from '../flow/show-route.ts'
import { waysOf, type Way } from '../flow/ways.ts'
import { quote } from '../diagnostics/quote.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import { within } from '../resolve/place.ts'
import type { ResolvedLabel, ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { leakingSinks } from './leaking-sinks.ts'

/** How many further ways to the same target a message lists. */
const OTHER_WAYS = 4

export const privacyLeak: Check = {
  name: 'privacy-leak',
  onlyIfSound: true,
  run(policy, context) {
    const flow = analyseFlow(policy)
    const ways = waysOf(policy, flow)
    for (const [label, resolved] of policy.labels) {
      if (!flow.causes.has(label) && !isRelabelled(label, policy)) continue
      if (resolved.label.onDenied === null) {
        const leaks = ways.flatMap((way) => leakOf(label, resolved, way, { policy, flow }) ?? [])
        // What leads to the same place is one fault, however many ways there are.
        const byPlace = Map.groupBy(leaks, ({ target }) => JSON.stringify(target.at))
        for (const same of byPlace.values()) reportLeak(same, { label, resolved, policy }, context)
      }
      leakingSinks(label, resolved, { policy, flow, context })
    }
  },
}

/** Whether some rule puts the label on a request in place of another. */
function isRelabelled(label: string, { rulesets }: ResolvedPolicy): boolean {
  return [...rulesets.values()].some(({ rules }) =>
    rules.some(({ rule }) => rule.redact?.relabel?.to === label),
  )
}

interface Leak {
  way: Way
  target: ServedTarget
  path: string
  /** The example; null = the search was given up. */
  example: string | null
}

interface Subject {
  policy: ResolvedPolicy
  flow: Flow
}

/**
 * The first target below the label's bound, if a request with the label can come this way. Modes, health and what a
 * target is able to take say nothing here: a proof must not hang on what changes from one moment to the next.
 */
function leakOf(
  label: string,
  { label: { mayReach } }: ResolvedLabel,
  way: Way,
  { policy, flow }: Subject,
): Leak | undefined {
  for (const target of servedTargets(way.model, policy)) {
    if (target.zone >= mayReach) continue
    const found = way.ask([
      way.marks.label(label),
      isServed(way.model, policy, flow.space),
      flow.space.surface(target.surfaces),
    ])
    if (found.kind === 'none') continue
    const facts = found.kind === 'found' ? found.facts : null
    const path = showRoute({ label, asked: facts?.model ?? null, way, target }, policy)
    return { way, target, path, example: facts && describeFacts(facts, policy.texts) }
  }
  return undefined
}

interface LeakSubject {
  label: string
  resolved: ResolvedLabel
  policy: ResolvedPolicy
}

function reportLeak(
  leaks: readonly Leak[],
  { label, resolved, policy }: LeakSubject,
  { report, locate }: ResolveContext,
): void {
  const [leak, ...others] = leaks
  if (leak === undefined) return
  const { way, target, path, example } = leak
  const bound = quote(policy.zones[resolved.label.mayReach] ?? '')
  const zone = quote(policy.zones[target.zone] ?? '')
  const also = others.slice(0, OTHER_WAYS).map((other) => `also: ${other.path}`)
  if (others.length > OTHER_WAYS) also.push(`and ${others.length - OTHER_WAYS} more ways`)
  const isPlace = way.model === target.key
  report('check/privacy-leak', `${quote(label)} can leak to the zone ${zone}: ${path}`, {
    at: way.rule === null ? target.at : way.at,
    label: way.rule === null ? `in the zone ${zone}` : `leads to ${quote(target.key)}, in the zone ${zone}`,
    secondary: [
      { span: locate(within(resolved.at, 'mayReach')), text: `may not go below ${bound}` },
      ...(way.rule === null || isPlace ? [] : [{ span: locate(target.at), text: 'the target' }]),
    ],
    notes: [example === null ? GIVEN_UP : `for example: ${example}`, ...also],
    help: `send ${quote(label)} elsewhere by a rule before, take the target away, or say with ${quote('onDenied')} of the label what happens`,
  })
}
