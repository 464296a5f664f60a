/**
 * Every trace arrives, once, right, and with nothing in it that does not belong there, whatever the sink does.
 * `AICC_TELEMETRY_ASKS` makes it long.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Runtime } from '../conformance/harness/start-gateway.ts'
import { documentNote } from './langfuse-document.ts'
import { createStandIn, type Fault, type LangfuseStandIn, type Observation } from './langfuse-stand-in.ts'
import {
  CANARIES,
  isQuiet,
  KEYS,
  startTracedGateway,
  type KeptRecord,
  type TracedGateway,
} from './traced-gateway.ts'

const ASKS = Number(process.env['AICC_TELEMETRY_ASKS'] ?? 300)
const CALLERS = 6
/** Each fault so often: one round of them is soon over. */
const ROUNDS = Math.ceil(ASKS / 1000)
const DELIVERED_WITHIN_MS = 90_000 + ROUNDS * 15_000

const traceOf = (id: string): string => id.replaceAll('-', '')

interface World {
  sink: LangfuseStandIn
  traced: TracedGateway
}

async function start(runtime: Runtime, version: string): Promise<World> {
  const sink = await createStandIn(version, KEYS)
  onTestFinished(() => sink.down())
  const traced = await startTracedGateway(runtime, sink.url)
  onTestFinished(() => traced.close())
  return { sink, traced }
}

/** @returns correlation ids of what was answered, and when */
async function askAll({ traced }: World, from: number, to: number): Promise<void> {
  let next = from
  const caller = async (): Promise<void> => {
    while (next < to) {
      const number = next
      next += 1
      expect(await traced.ask(number)).not.toBeNull()
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}

/** Until nothing waits any more, as the gateway itself says. */
async function delivered({ traced }: World, records: number): Promise<void> {
  const isDone = async (): Promise<unknown> => [
    traced.records().length >= records,
    (await traced.status()).waiting,
  ]
  await expect.poll(isDone, { timeout: DELIVERED_WITHIN_MS, interval: 200 }).toEqual([true, 0])
}

function byTrace(observations: readonly Observation[]): Map<string, Observation[]> {
  return Map.groupBy(observations, ({ traceId }) => traceId)
}

/** Once each, but where the sink swallowed its own answer: then all of it may be there twice, as it was. */
function withoutSwallowed({ sink }: World): Observation[] {
  const seen = new Map<string, Observation>()
  for (const one of sink.observations) {
    const key = `${one.traceId}/${one.id}`
    const before = seen.get(key)
    if (before !== undefined) {
      expect(sink.swallowed).toContain(one.traceId)
      expect(one).toEqual(before)
    }
    seen.set(key, one)
  }
  return [...seen.values()]
}

/** What must be in the trace of a record, under the names of either protocol. */
function expectRight(record: KeptRecord, observations: readonly Observation[]): void {
  const spans = observations.filter(({ type }) => type !== 'trace')
  const root = spans.find(({ parent }) => parent === null)
  const failures = JSON.parse(record.failures ?? '[]') as { backend: string; model: string }[]
  const isAnswered = record.backend !== null && record.error === null
  expect(root).toMatchObject({ name: 'chat', startMs: record.started_at, endMs: record.ended_at })
  expect(spans.map(({ name }) => name).toSorted()).toEqual(
    [
      'chat',
      ...failures.map(({ backend, model }) => `attempt ${backend}/${model}`),
      ...(isAnswered ? [`chat ${record.backend_model}`] : []),
    ].toSorted(),
  )
  for (const { parent } of spans.filter((one) => one !== root)) expect(parent).toBe(root?.id)
  for (const { startMs, endMs } of spans) {
    expect(startMs).toBeGreaterThanOrEqual(record.started_at)
    expect(endMs).toBeLessThanOrEqual(record.ended_at)
    expect(endMs).toBeGreaterThanOrEqual(startMs)
  }
  if (isAnswered)
    expectRightAnswer(
      record,
      spans.find(({ type }) => type === 'generation'),
    )
}

function expectRightAnswer(record: KeptRecord, answer: Observation | undefined): void {
  const fields = answer?.fields ?? {}
  const read = (otlp: string, batch: string): unknown => {
    const value = fields[`langfuse.observation.${otlp}`]
    return typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : (value ?? fields[batch])
  }
  expect(read('usage_details', 'usageDetails')).toEqual({
    input: record.input - record.cached_input,
    ...(record.cached_input > 0 && { input_cached_tokens: record.cached_input }),
    output: record.output,
    total: record.input + record.output,
  })
  expect(read('cost_details', 'costDetails')).toEqual({ total: Number(record.cost) / 1e9 })
  expect(read('model.name', 'model')).toBe(record.backend_model)
  const firstTokenAt =
    record.first_token_ms === null
      ? undefined
      : new Date(record.started_at + record.first_token_ms).toISOString()
  expect(read('completion_start_time', 'completionStartTime')).toBe(firstTokenAt)
  const { finish_reasons: finish = fields['langfuse.observation.metadata.finish_reasons'] } =
    (fields['metadata'] as Record<string, unknown> | undefined) ?? {}
  // The upstream does not say it of every answer.
  expect(finish).toBe(record.backend_model === 'plain' ? undefined : 'stop')
}

async function expectNoCanary({ sink, traced }: World): Promise<void> {
  const places = [
    { name: 'what the gateway printed', text: traced.gateway.lines() },
    ...(await traced.files()),
    ...sink.received.map((text) => ({ name: 'what the sink was sent', text })),
  ]
  const found = places.flatMap(({ name, text }) =>
    Object.entries(CANARIES).flatMap(([canary, value]) =>
      text.includes(value) ? [`${canary} in ${name}`] : [],
    ),
  )
  expect([...new Set(found)]).toEqual([])
}

const FAULTS: Record<'otlp' | 'batch', Fault[]> = {
  otlp: ['error', 'too-many', 'swallow', 'slow'],
  batch: ['partial', 'too-many', 'error', 'slow', 'swallow'],
}

describe.each([
  { runtime: 'workerd', version: '4.16.0', by: 'otlp' },
  { runtime: 'node', version: '2.90.0', by: 'batch' },
] as const)(`on $runtime, to Langfuse $version${documentNote}`, ({ runtime, version, by }) => {
  it(
    'brings every trace although the sink is down, broken, busy, slow and silent',
    async () => {
      const world = await start(runtime, version)
      const { sink, traced } = world
      const half = Math.floor(ASKS / 2)
      await askAll(world, 0, half)
      await sink.up()
      for (let round = 0; round < ROUNDS; round += 1) {
        sink.script.push(...FAULTS[by])
        const from = half + Math.floor(((ASKS - half) * round) / ROUNDS)
        await askAll(world, from, half + Math.floor(((ASKS - half) * (round + 1)) / ROUNDS))
      }
      // Few batches may have carried all that: on until each fault has happened, and a batch without one.
      let asked = ASKS
      for (; sink.script.length > 0 || !sink.happened.has('ok'); asked += CALLERS) {
        await askAll(world, asked, asked + CALLERS)
        await sleep(200)
      }
      await delivered(world, asked)

      const records = traced.records()
      const wanted = records.filter(({ correlation_id: id }) => !isQuiet(Number(id.slice(4))))
      expect(records.filter(({ traced: is }) => is === 1)).toEqual(wanted)
      const traces = byTrace(withoutSwallowed(world))
      expect([...traces.keys()].toSorted()).toEqual(wanted.map(({ id }) => traceOf(id)).toSorted())
      for (const record of wanted) expectRight(record, traces.get(traceOf(record.id)) ?? [])
      expect(sink.problems).toEqual([])
      expect([...sink.happened.keys()].toSorted()).toEqual(
        [...new Set<Fault>(['ok', ...FAULTS[by]])].toSorted(),
      )

      const { duplicatesPossible, shipped, dead } = await traced.status()
      expect([shipped, dead]).toEqual([wanted.length, 0])
      expect(duplicatesPossible).toBeGreaterThanOrEqual(sink.swallowed.size)
      await traced.gateway.stop()
      await expectNoCanary(world)
    },
    60_000 + DELIVERED_WITHIN_MS + ASKS * 50,
  )
})
