/**
 * Entries that are listed twice in a list where the second has no effect.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { targetKey } from '../emit/to-model.ts'
import { within } from '../resolve/place.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy, ResolvedServedModel } from '../resolve/resolved-policy.ts'
import type { FailureCause } from '../../src/table/route-table.ts'
import type { Check } from './check-context.ts'

interface Entry {
  text: string
  at: Place
}

interface List {
  /** What each entry is, for the message. */
  what: string
  entries: Entry[]
}

export const duplicateEntries: Check = {
  name: 'duplicate-entries',
  run(policy, context) {
    const lists = [
      ...ofModels(policy),
      ...ofRules(policy),
      ...ofClients(policy),
      ...ofAlerts(policy),
      { what: 'origin', entries: policy.cors.origins.map(({ value, at }) => ({ text: value, at })) },
      {
        what: 'name',
        entries: policy.listen.names.flatMap(({ value, at }) => (at ? [{ text: value, at }] : [])),
      },
    ]
    for (const { what, entries } of lists) reportRepeated(entries, what, context)
  },
}

function ofModels({ models }: ResolvedPolicy): List[] {
  return [...models.values()].flatMap((model) => {
    if (model.kind !== 'served') return []
    const targets = model.targets.map((target) => ({ text: targetKey(target), at: target.at }))
    return [
      { what: 'target', entries: targets },
      { what: 'fallback', entries: ofFallback(model) },
    ]
  })
}

function ofAlerts({ alerts }: ResolvedPolicy): List[] {
  return [...alerts.watch.values()].map(({ alert, at }) => ({
    what: 'receiver',
    entries: alert.to.map((text, i) => ({ text, at: within(at, 'to', i) })),
  }))
}

/** What comes again for causes that are new has an effect: it is no entry of this list. */
function ofFallback({ fallback }: ResolvedServedModel): Entry[] {
  const covered = new Map<string, Set<FailureCause>>()
  return fallback.flatMap((entry) => {
    const text = entry.kind === 'model' ? entry.model : targetKey(entry.target)
    const known = covered.get(text)
    const isNew = known !== undefined && entry.on.some((cause) => !known.has(cause))
    covered.set(text, new Set([...(known ?? []), ...entry.on]))
    return isNew ? [] : [{ text, at: entry.at }]
  })
}

function ofRules({ rulesets }: ResolvedPolicy): List[] {
  return [...rulesets.values()].flatMap(({ rules }) =>
    rules.flatMap(({ rule, destinations, at }) => [
      {
        what: 'destination',
        entries: destinations.map(({ model, at: place }) => ({ text: model, at: place })),
      },
      { what: 'tag', entries: listed(rule.addTags, within(at, 'addTags')) },
      { what: 'detector', entries: listed(rule.redact?.detectors ?? [], within(at, 'redact', 'detectors')) },
    ]),
  )
}

function ofClients({ clients }: ResolvedPolicy): List[] {
  return [...clients.values()].flatMap(({ models, labels, tags, at }) => [
    { what: 'model', entries: (models ?? []).map(({ name, at: place }) => ({ text: name, at: place })) },
    { what: 'label', entries: labels.map(({ name, at: place }) => ({ text: name, at: place })) },
    { what: 'tag', entries: listed(tags, within(at, 'tags')) },
  ])
}

function listed(texts: readonly string[], at: Place): Entry[] {
  return texts.map((text, i) => ({ text, at: within(at, i) }))
}

function reportRepeated(entries: readonly Entry[], what: string, { report, locate }: ResolveContext): void {
  const seen = new Map<string, Entry>()
  for (const entry of entries) {
    const first = seen.get(entry.text)
    if (!first) {
      seen.set(entry.text, entry)
      continue
    }
    report('check/duplicate-entry', `the ${what} ${quote(entry.text)} is listed twice`, {
      at: entry.at,
      // Shares of a split add up: what comes again is not lost, but belongs to the first.
      label: what === 'destination' ? 'adds to the first' : 'has no effect',
      secondary: [{ span: locate(first.at), text: 'first listed here' }],
      help: what === 'destination' ? 'write it once, with the sum of the weights' : 'remove one of them',
    })
  }
}
