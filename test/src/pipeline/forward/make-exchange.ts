/** An exchange as the app builds one, with backends of the test. */
import { createBalance } from '../../../../src/pipeline/forward/balance.ts'
import { type Exchange, startJourney } from '../../../../src/pipeline/forward/exchange.ts'
import { createHealth } from '../../../../src/pipeline/forward/health.ts'
import { createPace } from '../../../../src/pipeline/forward/pace.ts'
import { createRetryBudget } from '../../../../src/pipeline/forward/retry-budget.ts'
import { createSlots } from '../../../../src/pipeline/forward/slots.ts'
import { startStopwatch } from '../../../../src/pipeline/stopwatch.ts'
import { NO_TALLY } from '../../../../src/pipeline/meter/tally.ts'
import { startWatch } from '../../../../src/pipeline/watch.ts'
import { parseModelRequest } from '../../../../src/protocols/model-request.ts'
import { SURFACES } from '../../../../src/protocols/surfaces.ts'
import { activate } from '../../../../src/table/active-snapshot.ts'
import type { RouteTable, Surface, Target } from '../../../../src/table/route-table.ts'
import { makeModel, makeSnapshot, makeTable, makeTarget } from '../../make-snapshot.ts'
import { type Backend, type ScriptedPorts, scriptedPorts } from '../../scripted-ports.ts'

export const GPU: Target = makeTarget()
export const SPARE: Target = makeTarget({ backend: 'spare', model: 'small', id: 'llama3.2' })

export interface ExchangeFields extends Partial<Omit<Exchange, 'ports' | 'request' | 'route'>> {
  body?: string
  surface?: Surface
  table?: Partial<RouteTable>
  backendKeys?: Record<string, string>
}

export interface TestExchange extends Exchange {
  ports: ScriptedPorts
}

/** By default a buffered chat request for a model with the targets `gpu` and `spare`. */
export function makeExchange(backends: Record<string, Backend>, fields: ExchangeFields = {}): TestExchange {
  const { body = '{"model":"safe"}', surface = 'chat', table = {}, backendKeys = {}, ...rest } = fields
  const snapshot = activate(makeSnapshot(makeTable(table), { backendKeys }))
  const route = SURFACES.find((candidate) => candidate.surface === surface)
  if (route === undefined) throw new Error(`no surface ${surface}`)
  return {
    ports: scriptedPorts(snapshot, backends),
    snapshot,
    route,
    request: parseModelRequest(new TextEncoder().encode(body)),
    modelName: 'safe',
    model: makeModel(),
    pool: [GPU, SPARE],
    fallback: [],
    retryBudget: createRetryBudget(),
    journey: startJourney(),
    stopwatch: startStopwatch(),
    minZone: 0,
    labelled: false,
    changes: null,
    translations: null,
    header: () => null,
    lease: createBalance().lease(),
    bill: NO_TALLY,
    health: createHealth(),
    pace: createPace(),
    slots: createSlots(),
    waitsInLine: true,
    clientName: 'crew',
    correlationId: 'test-1',
    client: new AbortController(),
    answerHeaders: { 'x-correlation-id': 'test-1' },
    watch: startWatch(),
    ...rest,
  }
}
