/**
 * What charging a request costs the edge: CPU time of one bill from look to settlement, with every limit there is and
 * with none. Exit code 1 when the difference is above the budget.
 *
 *   node test/bench/meter/run.ts
 */
import { classify } from '../../../src/pipeline/classify/classify.ts'
import { Bill } from '../../../src/pipeline/meter/bill.ts'
import { startJourney } from '../../../src/pipeline/forward/exchange.ts'
import { parseModelRequest } from '../../../src/protocols/model-request.ts'
import { createMemoryLedger } from '../../../src/state/memory-ledger.ts'
import type { RouteDecision } from '../../../src/table/decision.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import type { Budget, UsageLimits } from '../../../src/table/usage-limits.ts'
import { makeBackend, makeClient, makeModel, makeTable, makeTarget } from '../../src/make-snapshot.ts'

const CALLS = 50_000
const ROUNDS = 5
/** Of the 60 us for limits, ledger and breakers; headers and records come on top. */
const BUDGET_US = 30

const WIDE = { count: 1e8, windowMs: 60_000 }
const limits: UsageLimits = { requests: WIDE, tokens: { ...WIDE, count: 1e12 }, concurrent: 100_000 }
const budget = (per: Budget['per']): Budget => ({ per, limit: 1e15, warnAt: 1e15 })

const base = makeTable()
const unlimited = base
const limited: RouteTable = {
  ...base,
  limits: { ...base.limits, perAddress: { ...limits, tokens: null } },
  clients: { crew: makeClient({ limits, budgets: [budget('day'), budget('month')] }) },
  models: { ...base.models, fast: makeModel({ limits }) },
  backends: { ...base.backends, gpu: makeBackend({ limits: { ...limits, concurrent: null } }) },
  targets: {
    ...base.targets,
    'gpu/coder': makeTarget({ price: { input: 1000, cachedInput: 100, output: 10_000 } }),
  },
}

const encoder = new TextEncoder()
const messages = [{ role: 'user', content: 'word '.repeat(200) }]
const request = parseModelRequest(
  encoder.encode(JSON.stringify({ model: 'fast', max_tokens: 100, messages })),
)
const classified = classify(request, { client: 'crew', surface: 'chat', table: makeTable(), headers: {} })
const answer = encoder.encode(
  JSON.stringify({
    choices: [{ message: { role: 'assistant', content: 'word '.repeat(60) } }],
    usage: { prompt_tokens: 210, completion_tokens: 60, total_tokens: 270 },
  }),
)
const ledger = createMemoryLedger()
const ports = { ledger, record: (): void => {}, log: (): void => {}, defer: (): void => {} }
const { signal } = new AbortController()
let calls = 0

function chargeOnce(table: RouteTable): void {
  calls += 1
  const journey = startJourney()
  const bill = new Bill({
    ports,
    table,
    client: 'crew',
    surface: 'chat',
    correlationId: `bench-${calls}`,
    ownId: true,
    turnedAway: () => true,
    head: { traceparent: null, sessionId: null },
    journey,
    stopwatch: { ms: () => 0 },
    network: () => '192.0.2.1',
    signal,
    answerHeaders: {},
    hand: { take: () => true, give: () => {} },
  })
  bill.see(request, classified)
  bill.decided(decision)
  const model = table.models['fast']
  const target = table.targets['gpu/coder']
  if (model?.kind !== 'served' || target === undefined) throw new Error('the fixture has other names')
  void bill.reserve({ decision, model, pool: [target], fallback: [] })
  bill.withUsage(null)
  journey.attempts = 1
  journey.target = target
  bill.answer(answer)
  bill.close()
  bill.answered(200, null)
}

const decision: RouteDecision = {
  kind: 'route',
  rule: null,
  forced: false,
  tags: [],
  labels: [],
  edits: { set: {}, clamp: {} },
  redact: [],
  model: 'fast',
  reroutedBy: null,
  balance: 'ordered',
  pool: [],
  fallback: [],
  minZone: 0,
}

/** Us of CPU for one call. */
function measure(table: RouteTable): number {
  const before = process.cpuUsage()
  for (let i = 0; i < CALLS; i += 1) chargeOnce(table)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CALLS
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

measure(unlimited)
measure(limited)
const rounds = Array.from({ length: ROUNDS }, () => ({ without: measure(unlimited), with: measure(limited) }))
const difference = median(rounds.map((round) => round.with - round.without))
console.log(`no limits      ${median(rounds.map(({ without }) => without)).toFixed(1)} us CPU per request`)
console.log(`every limit    ${median(rounds.map((round) => round.with)).toFixed(1)} us`)
console.log(`difference     ${difference.toFixed(1)} us (budget ${BUDGET_US})`)
if (difference > BUDGET_US) process.exitCode = 1
