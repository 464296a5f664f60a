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
import type { ExplainedFacts, Explanation } from './explanation.ts'
import { withoutFinds } from './without-finds.ts'

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
    const unknown = { entry: null, facts: null, labels: {}, rules: [], outcome: null }
    const nothing = { findings: [], counts: {}, passedOver: [], unread: [] }
    return { ...asked, request: { client, surface, model: null }, ...unknown, ...nothing }
  }
  const hush = withoutFinds(judged)
  const { labels, finds, counts, passedOver, unread } = judged.verdict
  return {
    ...asked,
    error: error && { ...error, message: hush(error.message) },
    request: {
      client,
      surface,
      model: hush(judged.facts.model),
      ...(namesNone(request) && { byDefault: true }),
    },
    entry: explainEntry(judged.facts.model, compiled, lineOf),
    facts: explainFacts(judged, { table, world, hush }),
    labels,
    findings: finds,
    counts,
    passedOver,
    unread,
    rules: explainRules(judged, compiled, lineOf).map((rule) => Object.assign(rule, { why: hush(rule.why) })),
    outcome: explainOutcome(judged, compiled, lineOf),
  }
}

/** Of a request that could be read. */
function namesNone({ body }: SimulatedRequest): boolean {
  const { model } = JSON.parse(body) as { model?: unknown }
  return model === undefined || model === null
}

function explainEntry(name: string, { table, policy }: CompiledPolicy, lineOf: LineOf): Explanation['entry'] {
  const model = resolveName(table, name)?.model
  const entry = model === undefined ? undefined : lookup(table.models, model)
  const at = model === undefined ? undefined : policy.models.get(model)?.at
  if (model === undefined || entry === undefined || at === undefined) return null
  return { model, rules: entry.kind === 'ruled' ? entry.rules : null, at: lineOf(at) }
}

function explainFacts(
  { facts, verdict: { complexity, injection } }: Judged,
  { table, world, hush }: { table: RouteTable; world: World; hush: (text: string) => string },
): ExplainedFacts {
  const { needs, classify } = table
  const { tools, images, json, stream, user, maxTokens } = facts
  return {
    tokens: needs.text ? facts.tokens : null,
    maxTokens,
    complexity: complexity && {
      ...complexity,
      asks: classify.complexity.classifier?.model ?? null,
      answer: world.classifier,
    },
    injection,
    tools,
    images,
    json,
    stream,
    user: hush(user),
    time: needs.time ? showWeekTime(facts.minuteOfWeek) : null,
  }
}
