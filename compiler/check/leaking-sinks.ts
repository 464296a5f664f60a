/**
 * Where a labelled request may leave besides its targets: the trace, the cache, the model that embeds it for the cache,
 * and the model that judges its complexity. Traces and caches are settings of the label itself; for a model the label's
 * `onDenied` also settles it, since it is then not asked.
 */
import { describeFacts } from '../flow/describe-facts.ts'
import { GIVEN_UP, type Flow, type Found } from '../flow/flow.ts'
import { servedTargets } from '../flow/served-targets.ts'
import { waysOf } from '../flow/ways.ts'
import { joinSteps, namesFrom } from '../flow/show-route.ts'
import { quote } from '../diagnostics/quote.ts'
import { needsOf } from '../emit/needs-of.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from '../resolve/place.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedLabel, ResolvedPolicy } from '../resolve/resolved-policy.ts'

export interface SinkSubject {
  policy: ResolvedPolicy
  flow: Flow
  context: ResolveContext
}

/** Somewhere a request may leave for, besides its targets. */
interface Sink {
  /** As it stands in the path. */
  steps: string[]
  zone: number
  at: Place
  /** Where the label allows it; null = it has no say. */
  allowedAt: Place | null
  help: string
}

/** Asked of every request that may carry the label: before rules run, or once one of them has put it on. */
export function leakingSinks(label: string, resolved: ResolvedLabel, subject: SinkSubject): void {
  const { policy, flow } = subject
  for (const sink of stores(label, resolved, policy)) {
    report(label, resolved, { sink, found: findCarrier(label, subject) }, subject)
  }
  if (resolved.label.onDenied !== null) return
  const { cache, classifier } = policy.sinks
  if (cache?.embed) {
    const sink = modelSink(label, resolved, { ...cache.embed, as: 'cache embedding' }, policy)
    if (sink !== null) report(label, resolved, { sink, found: findCarrier(label, subject) }, subject)
  }
  if (classifier !== null && needsOf(policy).complexity) {
    const sink = modelSink(label, resolved, { ...classifier, as: 'classifier' }, policy)
    const ruled = [...policy.models].flatMap(([name, { kind }]) => (kind === 'ruled' ? [name] : []))
    const found = flow.ask([flow.start.label(label), flow.asksFor(ruled)])
    if (sink !== null) report(label, resolved, { sink, found }, subject)
  }
}

function findCarrier(label: string, { policy, flow }: SinkSubject): Found {
  const found = flow.ask([flow.start.label(label), flow.asksFor([...policy.models.keys()])])
  if (found.kind !== 'none') return found
  const relabelled = waysOf(policy, flow).map((way) => way.ask([way.marks.label(label)]))
  return relabelled.find(({ kind }) => kind !== 'none') ?? found
}

/** Traces and caches that the label lets in although they are not trusted enough. */
function stores(
  label: string,
  { label: { mayReach, trace, cache }, traceAt, cacheAt }: ResolvedLabel,
  { sinks }: ResolvedPolicy,
): Sink[] {
  const found: Sink[] = []
  const help = (key: string, value: string, name: string): string =>
    `say ${quote(`${key}: ${value}`)} in the label ${quote(label)}, or keep the ${name} in a zone that is trusted enough`
  const tells = trace === 'full' || trace === 'redacted'
  for (const { zone, at, policy } of tells ? sinks.trace : []) {
    if (zone >= mayReach || policy.content === 'metadata-only') continue
    found.push({
      steps: ['trace'],
      zone,
      at: within(at, 'zone'),
      allowedAt: traceAt,
      help: help('trace', 'metadata-only', 'trace'),
    })
  }
  if (sinks.cache !== null && cache !== 'none' && sinks.cache.zone < mayReach) {
    const { zone, at } = sinks.cache
    found.push({
      steps: ['cache'],
      zone,
      at: within(at, 'zone'),
      allowedAt: cacheAt,
      help: help('cache', 'none', 'cache'),
    })
  }
  return found
}

/** A model that is asked about the request; null when it is trusted enough. */
function modelSink(
  label: string,
  { label: { mayReach } }: ResolvedLabel,
  { model, at, as }: { model: string; at: Place; as: string },
  policy: ResolvedPolicy,
): Sink | null {
  const target = servedTargets(model, policy).find(({ zone }) => zone < mayReach)
  if (target === undefined) return null
  return {
    steps: [as, ...(model === target.key ? [] : [model]), target.key],
    zone: target.zone,
    at,
    allowedAt: null,
    help: `let a trusted model do it, or say with ${quote('onDenied')} of the label ${quote(label)} what happens: then it is not asked`,
  }
}

function report(
  label: string,
  { label: { mayReach }, at }: ResolvedLabel,
  { sink, found }: { sink: Sink; found: Found },
  { policy, context }: SinkSubject,
): void {
  if (found.kind === 'none') return
  const facts = found.kind === 'found' ? found.facts : null
  const zone = policy.zones[sink.zone] ?? ''
  const names = facts === null ? [] : namesFrom(facts.model, policy)
  const path = `${joinSteps([label, ...names, ...sink.steps])} (${zone})`
  context.report('check/privacy-leak', `${quote(label)} can leak to the zone ${quote(zone)}: ${path}`, {
    at: sink.at,
    label: `in the zone ${quote(zone)}`,
    secondary: [
      {
        span: context.locate(within(at, 'mayReach')),
        text: `may not go below ${quote(policy.zones[mayReach] ?? '')}`,
      },
      ...(sink.allowedAt === null
        ? []
        : [{ span: context.locate(sink.allowedAt), text: 'the label lets it in' }]),
    ],
    notes: facts === null ? [GIVEN_UP] : [`for example: ${describeFacts(facts, policy.texts)}`],
    help: sink.help,
  })
}
