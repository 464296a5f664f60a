/**
 * A simulation in the words of `expect`: what each of its fields would have to say.
 */
import type { Facts } from '../../src/table/facts.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { TestExpectConfig } from '../config/tests.ts'
import { decidedTargets, targetName } from '../simulate/decided-targets.ts'
import type { Simulation } from '../simulate/simulate.ts'

/** Null where there is nothing to say, such as the backend of a request that is refused. */
export type Outcome = Record<keyof TestExpectConfig, unknown>

export function outcomeOf({ judged, error, sent }: Simulation, table: RouteTable): Outcome {
  const refused = { status: error?.status ?? null, code: error?.code ?? null }
  if (judged === null) return { ...NOTHING, decision: 'refuse', ...refused }
  const { decision, facts } = judged
  const targets = error === null ? decidedTargets(decision) : []
  const [first] = targets
  const zoneOf = (rank: number): string | null => table.zones[rank] ?? null
  return {
    decision: error === null ? 'route' : 'refuse',
    rule: decision.rule?.split('/')[1] ?? 'none',
    model: 'model' in decision ? decision.model : null,
    backend: first?.backend ?? null,
    targets: targets.map(targetName),
    zone: first === undefined ? null : zoneOf(first.zone),
    staysIn: first === undefined ? null : zoneOf(Math.min(...targets.map(({ zone }) => zone))),
    forced: decision.forced,
    labels: decision.labels.toSorted(),
    tags: decision.tags.toSorted(),
    ...verdictsOf(facts, table),
    ...refused,
    set: sent && { ...sent, max_tokens: sent['max_tokens'] ?? sent['max_completion_tokens'] },
    redact: decision.redact.toSorted(),
  }
}

const NOTHING: Outcome = {
  decision: null,
  rule: null,
  model: null,
  backend: null,
  targets: null,
  zone: null,
  staysIn: null,
  forced: null,
  labels: null,
  tags: null,
  complexity: null,
  injection: null,
  status: null,
  code: null,
  set: null,
  redact: null,
}

/** Facts that the policy has no need of are not computed, at run time as here. */
function verdictsOf(
  facts: Facts,
  { needs, classify }: RouteTable,
): Pick<Outcome, 'complexity' | 'injection'> {
  const injection = facts.injection ? 'flagged' : 'clean'
  return {
    complexity: needs.complexity ? facts.complexity : null,
    injection: classify.injection === null ? null : injection,
  }
}
