/**
 * Where the request goes, and what was left out on the way.
 */
import type { RouteDecision } from '../../src/table/decision.ts'
import { lookup } from '../../src/table/lookup.ts'
import type { RouteTable, Target } from '../../src/table/route-table.ts'
import { wantedCapabilities } from '../../src/table/facts.ts'
import { servedModel } from '../../src/table/decide.ts'
import type { CompiledPolicy } from '../compile.ts'
import type { LineOf } from '../simulate/line-of-file.ts'
import { targetName } from '../simulate/decided-targets.ts'
import type { DroppedTarget, Judged } from '../simulate/simulate.ts'
import type { ExplainedDrop, ExplainedOutcome, ExplainedTarget } from './explanation.ts'

export function explainOutcome(judged: Judged, compiled: CompiledPolicy, lineOf: LineOf): ExplainedOutcome {
  const { decision, dropped } = judged
  const { table } = compiled
  const { rule, forced, tags, labels, redact, edits } = decision
  const isRouted = decision.kind === 'route'
  const { bodyBytes, bodyTimeoutMs } = table.limits
  return {
    kind: decision.kind,
    rule,
    model: 'model' in decision ? decision.model : null,
    forced,
    reroutedBy: isRouted ? decision.reroutedBy : null,
    balance: isRouted ? decision.balance : null,
    targets: isRouted ? explainTargets(decision, { judged, compiled, lineOf }) : [],
    dropped: dropped.map((drop) => explainDrop(drop, judged, table)),
    minZone: zoneName(table, isRouted ? decision.minZone : 0),
    tags,
    labels,
    redact,
    edits,
    timeouts: isRouted ? servedModel(table, decision.model).timeouts : null,
    // Fallbacks are asked once each.
    retry: isRouted && decision.pool.length > 0 ? servedModel(table, decision.model).retry : null,
    limits: { bodyBytes, bodyTimeoutMs },
  }
}

interface Setting {
  judged: Judged
  compiled: CompiledPolicy
  lineOf: LineOf
}

function explainTargets(
  { model: name, pool, fallback, balance }: RouteDecision,
  setting: Setting,
): ExplainedTarget[] {
  const { judged, compiled, lineOf } = setting
  const { table, policy } = compiled
  const served = lookup(table.models, name)
  // One of its own that is held to be down stands among the fallbacks.
  const isOwn = ({ backend, model }: Target): boolean =>
    served?.kind === 'served' && served.pool.some(({ target }) => target === `${backend}/${model}`)
  const explained = (
    target: Target,
    { place, weight, on }: Pick<ExplainedTarget, 'place' | 'weight' | 'on'>,
  ): ExplainedTarget => {
    const { backend, model, id, zone } = target
    const at = policy.backends.get(backend)?.models.get(model)?.at ?? { file: 'backends', path: [backend] }
    const up = !judged.facts.unhealthy.includes(backend)
    return {
      target: targetName(target),
      id,
      zone: zoneName(table, zone),
      place,
      on,
      weight,
      up,
      slots: lookup(table.backends, backend)?.slots ?? null,
      at: lineOf(at),
    }
  }
  return [
    ...pool.map(({ target, weight }) =>
      explained(target, { place: 'pool', weight: balance === 'weighted' ? weight : null, on: null }),
    ),
    ...fallback.map(({ target, on }) =>
      isOwn(target)
        ? explained(target, { place: 'pool', weight: null, on: null })
        : explained(target, { place: 'fallback', weight: null, on }),
    ),
  ]
}

function explainDrop(
  { model, target, why }: DroppedTarget,
  judged: Judged,
  table: RouteTable,
): ExplainedDrop {
  const zone = zoneName(table, target.zone)
  return {
    target: targetName(target),
    model,
    zone,
    why,
    text: describeDrop({ model, target, why }, judged, table),
  }
}

function describeDrop(
  { target, why }: DroppedTarget,
  { facts, decision }: Judged,
  table: RouteTable,
): string {
  switch (why) {
    case 'surface':
      return `does not speak ${facts.surface}, nor what that can be translated to`
    case 'state':
      return `keeps nothing that \`${facts.state}\` could refer to`
    case 'label':
      return `${zoneName(table, target.zone)} is not trusted enough for ${decision.labels.join(', ')}`
    case 'mode':
      return `held back while ${target.mode} is on`
    case 'capability': {
      const lacking = wantedCapabilities(facts).filter(
        (wanted) => target.supports?.includes(wanted) === false,
      )
      return `does not take ${lacking.join(', ')}`
    }
    case 'context':
      break
  }
  return `its context of ${target.context} tokens is too small for ${facts.tokens}, and another's is not`
}

function zoneName({ zones }: RouteTable, rank: number): string {
  return zones[rank] ?? String(rank)
}
