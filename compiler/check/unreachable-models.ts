/**
 * Models that no client may ask for, by their own name or by an alias, and that nothing else leads to.
 */
import { quote, quoteList } from '../diagnostics/quote.ts'
import { isImplicit } from '../resolve/is-implicit.ts'
import { within } from '../resolve/place.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedModel, ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { grantedModels } from './granted-models.ts'

export const unreachableModels: Check = {
  name: 'unreachable-models',
  onlyIfSound: true,
  run(policy, context) {
    const { clients, models } = policy
    if (clients.size === 0) {
      context.report('check/unreachable-model', 'there is no client, so nobody may ask for any model', {
        at: { file: 'clients', path: ['clients'] },
        prefer: 'key',
        help: 'add a client; `aicc keys new` makes a key for it',
      })
      return
    }
    const reached = reachedModels(policy)
    for (const [name, model] of models) {
      if (isImplicit(name, policy)) continue
      if (!reached.has(name)) reportUnreached(name, model, context)
      else if (model.kind === 'served' && !isServed(model, policy)) reportUnserved(name, model, context)
    }
  },
}

function isServed({ surfaces }: ResolvedServedModel, policy: ResolvedPolicy): boolean {
  return surfaces === null || surfaces.some((surface) => policy.surfaces.includes(surface))
}

function reportUnreached(name: string, { at }: ResolvedModel, { report }: ResolveContext): void {
  report(
    'check/unreachable-model',
    `no client may ask for the model ${quote(name)}, and nothing leads to it`,
    {
      at,
      prefer: 'key',
      help: 'add it to the `models` of a client, lead to it from a rule or a fallback, or remove it',
    },
  )
}

function reportUnserved(
  name: string,
  { at, surfaces }: ResolvedServedModel,
  { report, locate }: ResolveContext,
): void {
  const what = quoteList(surfaces ?? [])
  report(
    'check/unreachable-model',
    `the model ${quote(name)} serves only ${what}, which this policy does not serve`,
    {
      at: within(at, 'surfaces'),
      secondary: [{ span: locate({ file: 'policy', path: ['surfaces'] }), text: 'what is served' }],
      help: 'serve one of them, or remove the model',
    },
  )
}

/** From what clients are granted, along rules and fallbacks; reroutes and what the gateway itself asks are starts too. */
function reachedModels(policy: ResolvedPolicy): Set<string> {
  const { labels, sinks, models, rulesets } = policy
  const reached = new Set<string>()
  const visit = (name: string): void => {
    const model = models.get(name)
    if (model === undefined || reached.has(name)) return
    reached.add(name)
    if (model.kind === 'ruled') {
      const rules = rulesets.get(model.rules)?.rules ?? []
      for (const { destinations } of rules) for (const { model: to } of destinations) visit(to)
      return
    }
    for (const entry of model.fallback) if (entry.kind === 'model') visit(entry.model)
  }
  for (const { models: grants } of policy.clients.values()) {
    if (grants === null) for (const name of models.keys()) visit(name)
    else for (const { name } of grants) for (const model of grantedModels(name, policy)) visit(model)
  }
  for (const { label } of labels.values()) if (label.onDenied?.kind === 'reroute') visit(label.onDenied.to)
  for (const sink of [sinks.classifier, sinks.cache?.embed]) if (sink) visit(sink.model)
  return reached
}
