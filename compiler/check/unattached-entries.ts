/**
 * Entries of a policy that have no effect on anything, whatever is asked.
 */
import { INJECTION_FAMILIES } from '../../src/table/injection-families.ts'
import { quote } from '../diagnostics/quote.ts'
import { needsOf } from '../emit/needs-of.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from '../resolve/place.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { eachPredicate } from './each-predicate.ts'

interface Unattached {
  message: string
  at: Place
  help: string
}

export const unattachedEntries: Check = {
  name: 'unattached-entries',
  onlyIfSound: true,
  run(policy, { report }) {
    const all = [rulesets, labels, modes, phrases, guards, injection, packs, gauge, receivers].flatMap(
      (find) => find(policy),
    )
    for (const { message, at, help } of all) report('check/unattached', message, { at, prefer: 'key', help })
  },
}

function rulesets(policy: ResolvedPolicy): Unattached[] {
  const used = new Set(
    [...policy.models.values()].flatMap((model) => (model.kind === 'ruled' ? [model.rules] : [])),
  )
  return [...policy.rulesets]
    .filter(([name]) => !used.has(name))
    .map(([name, { at }]) => ({
      message: `no model asks the rules ${quote(name)}`,
      at,
      help: `let a model have them, as in ${quote(`auto: { rules: ${name} }`)}, or remove them`,
    }))
}

/** Only what can be on a request binds it. */
function labels({
  labels: known,
  classify: { privacy },
  clients,
  rulesets: sets,
}: ResolvedPolicy): Unattached[] {
  const rules = [...sets.values()].flatMap((set) => set.rules)
  const put = new Set([
    ...(privacy === null ? [] : [privacy.label, ...privacy.patterns.map(({ label }) => label)]),
    ...[...clients.values()].flatMap((client) => client.labels.map(({ name }) => name)),
    ...rules.flatMap(({ rule }) => rule.redact?.relabel?.to ?? []),
  ])
  return [...known]
    .filter(([name]) => !put.has(name))
    .map(([name, { at }]) => ({
      message: `nothing puts the label ${quote(name)} on a request`,
      at,
      help: 'name it in `classify.privacy`, in one of its patterns or in the `labels` of a client, or remove it',
    }))
}

function modes(policy: ResolvedPolicy): Unattached[] {
  const used = new Set([
    ...[...policy.backends.values()].flatMap(({ mode }) => (mode === null ? [] : [mode.name])),
    ...eachPredicate(policy).flatMap(({ predicate }) => (predicate.kind === 'mode' ? [predicate.name] : [])),
  ])
  return [...policy.modes]
    .filter(([name]) => !used.has(name))
    .map(([name, { at }]) => ({
      message: `the mode ${quote(name)} gates no backend, and no rule asks for it`,
      at,
      help: `set ${quote(`mode: ${name}`)} on a backend or in a rule's ${quote('when')}, or remove it`,
    }))
}

function phrases({ unusedPhrases }: ResolvedPolicy): Unattached[] {
  return unusedPhrases.map(({ name, at }) => ({
    message: `no rule looks for the phrase ${quote(name)}`,
    at,
    help: `ask for it, as in ${quote(`prompt: { named: ${name} }`)}, or remove it`,
  }))
}

function guards({ classify: { privacy }, guards: { privacy: at } }: ResolvedPolicy): Unattached[] {
  if (privacy === null || at === null || privacy.detectors.length > 0 || privacy.patterns.length > 0)
    return []
  return [
    {
      message: '`classify.privacy` has neither a detector nor a pattern, so it finds nothing',
      at,
      help: 'list `detectors` or `patterns`, or remove it',
    },
  ]
}

/** With neither phrases nor model nothing is ever flagged. */
function injection({
  classify: { injection: guard },
  guards: { injection: at },
}: ResolvedPolicy): Unattached[] {
  const silent = guard !== null && !guard.model && guard.off.length === Object.keys(INJECTION_FAMILIES).length
  if (!silent || at === null) return []
  return [
    {
      message: '`classify.injection` has every family and the model `off`, so it flags nothing',
      at,
      help: 'leave some of them on, or remove it',
    },
  ]
}

function packs({ packs: all, classify: { privacy } }: ResolvedPolicy): Unattached[] {
  if (privacy !== null) return []
  return all.map(({ id, at }) => ({
    message: `${quote(id)} finds nothing, as \`classify.privacy\` is not set`,
    at: within(at, 'detectors'),
    help: 'set `classify: { privacy: { label: … } }` in `policy.yaml`, or remove the file',
  }))
}

function gauge(policy: ResolvedPolicy): Unattached[] {
  const { complexity: at } = policy.guards
  if (at === null || needsOf(policy).complexity) return []
  return [
    {
      message: '`classify.complexity` is set, and no rule asks for it',
      at,
      help: 'ask for it, as in `complexity: complex`, or remove it',
    },
  ]
}

function receivers({ alerts: { receivers: known, watch } }: ResolvedPolicy): Unattached[] {
  const told = new Set([...watch.values()].flatMap(({ alert }) => alert.to))
  return [...known]
    .filter(([name]) => !told.has(name))
    .map(([name, { at }]) => ({
      message: `no alert tells the receiver ${quote(name)}`,
      at,
      help: `name it in an alert, as in ${quote(`to: ${name}`)}, or remove it`,
    }))
}
