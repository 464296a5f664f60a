/**
 * Reroutes of labels that help nobody: the model has no target that may see the label, or does not serve the surface of
 * a request that would be sent there.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { describeFacts } from '../flow/describe-facts.ts'
import { analyseFlow, type Flow } from '../flow/flow.ts'
import { not, type Formula } from '../flow/formula.ts'
import { admits, isServed, servedTargets, type ServedTarget } from '../flow/served-targets.ts'
import { waysOf, type Way } from '../flow/ways.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from '../resolve/place.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedLabel, ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const deniedReroute: Check = {
  name: 'denied-reroute',
  onlyIfSound: true,
  run(policy, context) {
    for (const [label, resolved] of policy.labels) {
      const { onDenied } = resolved.label
      if (onDenied?.kind !== 'reroute') continue
      const subject = { label, resolved, to: onDenied.to, policy, flow: analyseFlow(policy), context }
      const targets = servedTargets(onDenied.to, policy)
      if (targets.every(({ zone }) => zone < resolved.label.mayReach)) reportNoTarget(targets, subject)
      else checkSurfaces(subject)
    }
  },
}

interface Subject {
  label: string
  resolved: ResolvedLabel
  to: string
  policy: ResolvedPolicy
  flow: Flow
  context: ResolveContext
}

function reportNoTarget(targets: readonly ServedTarget[], subject: Subject): void {
  const { label, resolved, to, policy, context } = subject
  const bound = quote(policy.zones[resolved.label.mayReach] ?? '')
  context.report(
    'check/denied-reroute',
    `${quote(label)} is rerouted to ${quote(to)}, which has no target that may see it`,
    {
      at: within(resolved.onDeniedAt ?? resolved.at, 'reroute'),
      label: 'leads to no permitted place',
      secondary: [
        { span: context.locate(within(resolved.at, 'mayReach')), text: `may not go below ${bound}` },
        ...targets.map(({ at, zone }) => ({
          span: context.locate(at),
          text: `in the zone ${quote(policy.zones[zone] ?? '')}`,
        })),
      ],
      notes: ['such requests would be refused all the same'],
      help: `reroute to a model with a target in ${bound} or above, or say ${quote('onDenied: block')}`,
    },
  )
}

/** All surfaces of requests that would be sent to a model which does not take them, with a request of the first. */
function checkSurfaces(subject: Subject): void {
  const { label, resolved, to, policy, flow, context } = subject
  const model = policy.models.get(to)
  if (model?.kind !== 'served' || model.surfaces === null) return
  const { surfaces } = model
  const missing = policy.surfaces.filter((surface) => !surfaces.includes(surface))
  if (missing.length === 0) return
  const cases = missing.flatMap((surface) => {
    for (const way of waysOf(policy, flow)) {
      const denied = deniedBy(way, subject)
      const found = denied === null ? null : way.ask([flow.space.surface([surface]), ...denied])
      if (found?.kind === 'found') return [{ surface, way, facts: found.facts }]
    }
    return []
  })
  const [first] = cases
  if (first === undefined) return
  const unserved = quoteList(cases.map(({ surface }) => surface))
  context.report(
    'check/denied-reroute',
    `${quote(label)} is rerouted to ${quote(to)}, which does not serve ${unserved}`,
    {
      at: within(resolved.onDeniedAt ?? resolved.at, 'reroute'),
      secondary: [{ span: context.locate(deniedAt(first.way, subject)), text: 'denied here' }],
      notes: [`for example: ${describeFacts(first.facts, policy.texts)}`],
      help: `reroute to a model that serves ${unserved}, or say ${quote('onDenied: block')}`,
    },
  )
}

/** When a request on this way is denied by this label, and by no stricter one; null = never. */
function deniedBy(
  { model, marks, forced }: Way,
  { label, resolved, policy, flow }: Subject,
): Formula[] | null {
  const { mayReach } = resolved.label
  const selecting = { policy, space: flow.space, forced }
  const targets = servedTargets(model, policy)
  const permitted = targets.filter(({ zone }) => zone >= mayReach)
  const denied = targets.filter(({ zone }) => zone < mayReach)
  if (denied.length === 0) return null
  const stricter = [...policy.labels].filter(
    ([name, other]) =>
      name !== label &&
      (other.label.mayReach > mayReach ||
        (other.label.mayReach === mayReach && (other.label.onDenied?.kind !== 'reroute' || name < label))),
  )
  return [
    marks.label(label),
    isServed(model, policy, flow.space),
    flow.space.surface(denied.flatMap(({ surfaces }) => surfaces)),
    ...permitted.map((target) => not(admits(target, selecting))),
    ...stricter.map(([name]) => not(marks.label(name))),
  ]
}

/** A rule's destination, or for a name the first target that is denied. */
function deniedAt({ rule, at, model }: Way, { resolved, policy }: Subject): Place {
  const denied = servedTargets(model, policy).find(({ zone }) => zone < resolved.label.mayReach)
  return rule === null ? (denied?.at ?? at) : at
}
