/**
 * From a simulated request to its explanation.
 */
import { lookup } from '../../src/table/lookup.ts'
import { resolveName } from '../../src/table/names.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { CompiledPolicy } from '../compile.ts'
import type { LineOf } from '../simulate/line-of-file.ts'
import type { Judged, SimulatedRequest, Simulation } from '../simulate/simulate.ts'
import { type World, showWeekTime } from '../simulate/world.ts'
import { explainOutcome } from './explain-outcome.ts'
import { explainRules } from './explain-rules.ts'
import type { ExplainedFacts, ExplainedFinding, Explanation } from './explanation.ts'

export interface ExplainInput {
  request: SimulatedRequest
  world: World
  simulation: Simulation
  compiled: CompiledPolicy
  lineOf: LineOf
}

export function explain({ request, world, simulation, compiled, lineOf }: ExplainInput): Explanation {
  const { judged, error } = simulation
  const { table } = compiled
  const { client, surface } = request
  const { modes, down } = world
  const asked = { version: 1, digest: table.digest, world: { modes, down }, error } as const
  if (judged === null) {
    const unknown = { entry: null, facts: null, labels: {}, findings: [], rules: [], outcome: null }
    return { ...asked, request: { client, surface, model: null }, ...unknown }
  }
  return {
    ...asked,
    request: { client, surface, model: judged.facts.model },
    entry: explainEntry(judged.facts.model, compiled, lineOf),
    facts: explainFacts(judged, { table, world }),
    labels: judged.facts.labels,
    findings: explainFindings(judged),
    rules: explainRules(judged, compiled, lineOf),
    outcome: explainOutcome(judged, compiled, lineOf),
  }
}

function explainEntry(name: string, { table, policy }: CompiledPolicy, lineOf: LineOf): Explanation['entry'] {
  const model = resolveName(table, name)?.model
  const entry = model === undefined ? undefined : lookup(table.models, model)
  const at = model === undefined ? undefined : policy.models.get(model)?.at
  if (model === undefined || entry === undefined || at === undefined) return null
  return { model, rules: entry.kind === 'ruled' ? entry.rules : null, at: lineOf(at) }
}

function explainFacts(
  { facts, injection, parts, complexityReasons }: Judged,
  { table: { needs, classify }, world }: { table: RouteTable; world: World },
): ExplainedFacts {
  const { tools, images, json, stream, user, maxTokens } = facts
  return {
    tokens: needs.text ? facts.tokens : null,
    maxTokens,
    complexity: needs.complexity
      ? {
          class: facts.complexity,
          reasons: complexityReasons,
          asks: classify.complexity.classifier?.model ?? null,
          answer: world.classifier,
        }
      : null,
    injection: classify.injection && explainInjection(injection, parts),
    tools,
    images,
    json,
    stream,
    user,
    time: needs.time ? showWeekTime(facts.minuteOfWeek) : null,
  }
}

function explainInjection(
  { flagged, score, channel, reasons, finds }: Judged['injection'],
  parts: Judged['parts'],
): ExplainedFacts['injection'] {
  return {
    flagged,
    score: Math.round(score * 100) / 100,
    channel,
    reasons,
    finds: finds.map(({ reason, part, start, end }) => {
      return { reason, where: showPlace(parts[part]), start, end }
    }),
  }
}

function explainFindings({ findings, parts }: Judged): ExplainedFinding[] {
  return findings.map(({ detector, kind, label, part, start, end }) => ({
    detector,
    kind,
    label,
    where: showPlace(parts[part]),
    start,
    end,
  }))
}

/** `messages[0].content`; what cannot be replaced has no such place. */
function showPlace(part: Judged['parts'][number] | undefined): string {
  if (part === undefined || part.path.length === 0) return UNPLACED[part?.kind ?? 'keys'] ?? 'the request'
  return part.path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`))
    .join('')
}

const UNPLACED: Partial<Record<Judged['parts'][number]['kind'], string>> = {
  keys: 'names of fields',
  numbers: 'numbers',
  model: 'the name of the model',
  'correlation-id': 'x-correlation-id',
}
