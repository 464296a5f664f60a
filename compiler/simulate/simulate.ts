/**
 * Judges a request as the edge would: its own parser, its own classify stage, decide(), its own refusals. Nothing is
 * sent anywhere, and nothing is asked of the world: what is true of it is given.
 */
import { GatewayError } from '../../src/errors.ts'
import { type Classified, classify } from '../../src/pipeline/classify/classify.ts'
import { toVerdict } from '../../src/pipeline/classify/verdict.ts'
import type { Verdict } from '../../src/table/verdict.ts'
import { type BodyChanges, bodyChanges } from '../../src/pipeline/route/body-changes.ts'
import { refuseFileUrls } from '../../src/protocols/file-urls.ts'
import { givenId } from '../../src/protocols/given-id.ts'
import { type ModelRequest, parseModelRequest } from '../../src/protocols/model-request.ts'
import { decide } from '../../src/table/decide.ts'
import type { Decision, DropReason } from '../../src/table/decision.ts'
import type { RouteTable, Surface, Target } from '../../src/table/route-table.ts'
import { type ClientError, refusalOf, toClientError } from './client-error.ts'
import type { World } from './world.ts'

export interface SimulatedRequest {
  client: string
  surface: Surface
  /** JSON, as a client would send it. */
  body: string
  headers: Readonly<Record<string, string>>
}

/** A rule that was asked, and what the request carried when it was. */
export interface RuleStep {
  ruleset: string
  index: number
  matched: boolean
  tags: readonly string[]
  labels: readonly string[]
}

export interface DroppedTarget {
  /** Key of the served model it was left out of. */
  model: string
  target: Target
  why: DropReason
}

export interface Judged extends Classified {
  verdict: Verdict
  decision: Decision
  steps: RuleStep[]
  dropped: DroppedTarget[]
}

export interface Simulation {
  /** Null when the request was refused before anything was known of it. */
  judged: Judged | null
  /** Null when it is routed. */
  error: ClientError | null
  /** The body that would go out, but for its `model`; null when nothing goes out. */
  sent: Record<string, unknown> | null
}

/** @throws whatever is not a refusal: a defect of ours */
export function simulate(request: SimulatedRequest, world: World, table: RouteTable): Simulation {
  let judged: Judged | null = null
  try {
    const parsed = readBody(request, table)
    refuseFileUrls(parsed.body.value, table.fileUrls ?? 'public')
    judged = judge(parsed, request, world, table)
    const { decision, facts } = judged
    if (decision.kind === 'refuse') return { judged, error: refusalOf(decision, facts), sent: null }
    const { surface } = request
    const changes = bodyChanges(parsed, decision, { classified: judged, surface, table })
    return { judged, error: null, sent: changes === null ? parsed.body.value : apply(parsed, changes) }
  } catch (error) {
    if (error instanceof GatewayError) return { judged, error: toClientError(error), sent: null }
    throw error
  }
}

function apply({ body }: ModelRequest, { replaced, added }: BodyChanges): Record<string, unknown> {
  const changed = Array.from(replaced, ([key, json]): [string, unknown] => [key, JSON.parse(json)])
  return Object.assign({}, body.value, Object.fromEntries(changed), JSON.parse(`{${added}}`))
}

function readBody({ body, surface }: SimulatedRequest, { limits, defaultModels }: RouteTable): ModelRequest {
  const bytes = new TextEncoder().encode(body)
  if (bytes.length > limits.bodyBytes) {
    throw new GatewayError('body_too_large', `The body is larger than ${limits.bodyBytes} bytes.`)
  }
  return parseModelRequest(bytes, defaultModels?.[surface])
}

function judge(parsed: ModelRequest, request: SimulatedRequest, world: World, table: RouteTable): Judged {
  const { client, surface } = request
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const correlationId = givenId(headers['x-correlation-id'] ?? null)
  const classified = classify(parsed, { client, surface, table, headers, correlationId })
  const gauged = classified.facts.complexity
  const facts = {
    ...classified.facts,
    minuteOfWeek: world.minuteOfWeek ?? classified.facts.minuteOfWeek,
    unhealthy: world.down,
    modes: world.modes,
    complexity: table.classify.complexity.classifier === null ? gauged : (world.classifier ?? gauged),
  }
  const steps: RuleStep[] = []
  const dropped: DroppedTarget[] = []
  const decision = decide(facts, table, {
    rule: (ruleset, index, outcome) => steps.push({ ruleset, index, ...outcome }),
    dropped: (model, target, why) => dropped.push({ model, target, why }),
  })
  const verdict = toVerdict({ ...classified, facts }, table, Infinity)
  return { ...classified, facts, verdict, decision, steps, dropped }
}
