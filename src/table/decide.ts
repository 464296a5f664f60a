/**
 * decide(): where does this request go? Pure, the same function in the server and in every tool.
 */
import type { Decision, RefusalReason, RouteDecision, RuleOutcome, Trace } from './decision.ts'
import type { Facts } from './facts.ts'
import { lookup } from './lookup.ts'
import { mayUse, resolveName } from './names.ts'
import type { RouteTable, ServedModel } from './route-table.ts'
import { runRules, type RuleState } from './run-rules.ts'
import { type Selection, type SelectOptions, selectTargets } from './select-targets.ts'

/**
 * @param trace is told each step; for tools that explain
 * @throws Error when the table is not one that the compiler made
 */
export function decide(facts: Facts, table: RouteTable, trace?: Trace): Decision {
  const labels = Object.keys(facts.labels)
  const tagged = lookup(table.clients, facts.client)?.tags ?? []
  const start: RuleState = { tags: tagged, labels, edits: { set: {}, clamp: {} }, redact: [] }
  const refuse = (outcome: RuleOutcome, why: RefusalReason): Decision => ({
    kind: 'refuse',
    ...outcome,
    ...why,
  })
  let outcome = outcomeOf(null, false, start)

  const name = resolveName(table, facts.model)
  const entry = name === undefined ? undefined : lookup(table.models, name.model)
  if (name === undefined || entry === undefined) return refuse(outcome, { reason: 'unknown-model' })
  if (!mayUse(table, facts.client, facts.model)) return refuse(outcome, { reason: 'model-not-allowed' })
  if (!table.surfaces.includes(facts.surface))
    return refuse(outcome, { reason: 'surface-not-served', model: null })
  if (facts.injection && table.classify.injection?.action === 'block')
    return refuse(outcome, { reason: 'injection' })
  if (facts.images && table.classify.images === 'refuse') return refuse(outcome, { reason: 'images' })

  let modelName = name.model
  if (entry.kind === 'ruled') {
    const { state, end, rule } = runRules(facts, table, entry.rules, start, trace)
    outcome = outcomeOf(`${entry.rules}/${rule}`, end.kind === 'route' && end.force, state)
    if (end.kind === 'block')
      return refuse(outcome, { reason: 'blocked', status: end.status, message: end.message })
    if (end.variant !== undefined) outcome.variant = end.variant
    modelName = end.to
  }

  const strictest = strictestLabel(table, outcome.labels)
  const minZone = strictest?.zone ?? 0
  const { rule, forced, tags, edits, redact, variant } = outcome
  const { rest } = name

  let selection = select(facts, table, { name: modelName, minZone, forced, rest, trace })
  let reroutedBy: string | null = null
  if (selection?.dropped.label === true && isEmpty(selection)) {
    const label = strictest?.label ?? ''
    const onDenied = lookup(table.labels, label)?.onDenied ?? null
    if (onDenied?.kind !== 'reroute')
      return refuse(outcome, { reason: 'label-denied', label, model: modelName })
    reroutedBy = label
    modelName = onDenied.to
    selection = select(facts, table, { name: modelName, minZone, forced, rest, trace })
    if (selection?.dropped.label === true && isEmpty(selection)) {
      return refuse(outcome, { reason: 'label-denied', label, model: modelName })
    }
  }
  if (selection === null) return refuse(outcome, { reason: 'surface-not-served', model: modelName })
  const { pool, fallback, balance, dropped } = selection
  if (isEmpty(selection)) {
    const { mode, capability } = dropped
    if (mode !== null) return refuse(outcome, { reason: 'mode-denied', mode, model: modelName })
    if (capability !== null) return refuse(outcome, { reason: 'not-capable', capability, model: modelName })
    const { state } = facts
    return refuse(
      outcome,
      state === undefined || !dropped.state
        ? { reason: 'surface-not-served', model: modelName }
        : { reason: 'state-not-kept', field: state },
    )
  }
  const { serverTool } = facts
  // What such a tool sends goes anywhere: it is a way to the least trusted zone.
  if (serverTool !== undefined && (minZone > 0 || servedModel(table, modelName).serverTools !== 'allow')) {
    return refuse(outcome, { reason: 'server-tool', tool: serverTool })
  }
  const routed: RouteDecision = {
    kind: 'route',
    rule,
    forced,
    tags,
    labels: outcome.labels,
    edits,
    redact,
    model: modelName,
    reroutedBy,
    balance,
    pool,
    fallback,
    minZone,
  }
  if (variant !== undefined) routed.variant = variant
  return routed
}

/**
 * Field by field, as in all that every request runs through: the engine forgets the shape of what was spread when it
 * collects garbage while no request is there, and then optimizes anew all code that knew it.
 */
function outcomeOf(rule: string | null, forced: boolean, state: RuleState): RuleOutcome {
  const { tags, labels, edits, redact } = state
  return { rule, forced, tags, labels, edits, redact }
}

/** Null where the model does not serve the surface. */
function select(facts: Facts, table: RouteTable, options: SelectOptions): Selection | null {
  const model = servedModel(table, options.name)
  const isServed = model.surfaces === null || model.surfaces.includes(facts.surface)
  return isServed ? selectTargets(facts, table, model, options) : null
}

function isEmpty({ pool, fallback }: Selection): boolean {
  return pool.length === 0 && fallback.length === 0
}

/** The label that demands most trust; where two demand the same, one that blocks, else the first by name. */
function strictestLabel(
  table: RouteTable,
  labels: readonly string[],
): { label: string; zone: number } | undefined {
  let found: { label: string; zone: number; blocks: boolean } | undefined
  for (const label of labels) {
    const entry = lookup(table.labels, label)
    if (entry === undefined) throw new Error(`the table has no label ${label}`)
    const blocks = entry.onDenied?.kind !== 'reroute'
    const stricter =
      found === undefined ||
      entry.mayReach > found.zone ||
      (entry.mayReach === found.zone && (blocks === found.blocks ? label < found.label : blocks))
    if (stricter) found = { label, zone: entry.mayReach, blocks }
  }
  return found
}

/** The least trusted zone that may see a request with these labels; 0 = any. */
export function minZoneOf(table: RouteTable, labels: readonly string[]): number {
  return strictestLabel(table, labels)?.zone ?? 0
}

/** @throws Error when it is not one; the compiler sees to that */
export function servedModel(table: RouteTable, name: string): ServedModel {
  const model = lookup(table.models, name)
  if (model?.kind !== 'served') throw new Error(`the table has no served model ${name}`)
  return model
}
