/**
 * Where a labelled request may leave besides its targets: the trace, the cache, the model that embeds it for the cache,
 * and the model that judges its complexity. Traces and caches are settings of the label itself; for a model the label's
 * `onDenied` also settles it, since it is then not asked.
 */
import { describeFacts } from '../flow/describe-facts.ts'
import { GIVEN_UP, type Flow, type Found } from '../flow/flow.ts'
import type { Formula } from '../flow/formula.ts'
import { isSentTo, servedTargets } from '../flow/served-targets.ts'
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

/** What a label carries into a sink is asked before rules run: of every request that may carry it. */
export function leakingSinks(label: string, resolved: ResolvedLabel, subject: SinkSubject): void {
  const { policy, flow } = subject
  const all = flow.asksFor([...policy.models.keys()])
  for (const sink of stores(label, resolved, policy)) {
    report(label, resolved, { sink, found: flow.ask([flow.start.label(label), all]) }, subject)
  }
  if (resolved.label.onDenied !== null) return
  const { cache, classifier } = policy.sinks
  if (cache?.embed) modelSink(label, resolved, { ...cache.embed, as: 'cache', asked: all }, subject)
  if (classifier !== null && needsOf(policy).complexity) {
    const ruled = [...policy.models].flatMap(([name, { kind }]) => (kind === 'ruled' ? [name] : []))
    modelSink(label, resolved, { ...classifier, as: 'classifier', asked: flow.asksFor(ruled) }, subject)
  }
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
  if (sinks.trace !== null && trace === 'full' && sinks.trace.zone < mayReach) {
    const { zone, at } = sinks.trace
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

interface AskedModel {
  model: string
  at: Place
  as: 'cache' | 'classifier'
  /** When it is asked. */
  asked: Formula
}

/** A model that is asked about the request. */
function modelSink(
  label: string,
  resolved: ResolvedLabel,
  { model, at, as, asked }: AskedModel,
  subject: SinkSubject,
): void {
  const { policy, flow } = subject
  // What it is asked is a request of the gateway's own: plain text, and short.
  const targets = servedTargets(model, policy)
  for (const target of targets) Object.assign(target, { supports: null, context: null })
  for (const target of targets) {
    if (target.zone >= resolved.label.mayReach) continue
    const isSent = isSentTo(target, targets, { policy, space: flow.space, forced: false })
    const found = flow.ask([flow.start.label(label), isSent, asked])
    const name = as === 'cache' ? 'cache embedding' : 'classifier'
    const steps = [name, ...(model === target.key ? [] : [model]), target.key]
    const help = `let a trusted model do it, or say with ${quote('onDenied')} of the label ${quote(label)} what happens: then it is not asked`
    const sink = { steps, zone: target.zone, at, allowedAt: null, help }
    if (report(label, resolved, { sink, found }, subject)) return
  }
}

/** Whether there was anything to report. */
function report(
  label: string,
  { label: { mayReach }, at }: ResolvedLabel,
  { sink, found }: { sink: Sink; found: Found },
  { policy, context }: SinkSubject,
): boolean {
  if (found.kind === 'none') return false
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
  return true
}
