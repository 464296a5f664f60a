/** The gateway under test, its recorders, and what is counted. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { fetchStatus, requestReload } from '../../src/control/admin-client.ts'
import { SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import { type Client, createClient } from '../conformance/harness/client.ts'
import { type Gateway, type Runtime, startGateway } from '../conformance/harness/start-gateway.ts'
import type { Ask } from './ask.ts'
import { compose } from './compose.ts'
import { startTraceRecorder, type TraceRecorder } from './trace-recorder.ts'
import { createTally, type Tally } from './tally.ts'
import { createWitness, type Witness } from './witness.ts'
import { startZoneRecorders, type ZoneRecorders } from './zone-recorders.ts'
import { LABELLED_KEY, type Side, SIDES, zonedPolicies } from './zoned-policies.ts'

const BETWEEN_RELOADS_MS = 150

const LABELLED = 'labelled-client-key-0000000000000000000'

export interface Bench {
  runtime: Runtime
  gateway: Gateway
  client: Client
  recorders: ZoneRecorders
  traces: TraceRecorder
  witness: Witness
  tally: Tally
  /** How many asks were sent. */
  sent: number
  /** Answers that say the gateway itself failed, and requests that none came to. */
  failures: string[]
  /** Requests without a label that only have targets in the cloud, and how many of them got there. */
  cloudward: { sent: number; arrived: number }
}

export async function startBench(runtime: Runtime): Promise<Bench> {
  const witness = createWitness()
  const recorders = await startZoneRecorders(witness)
  onTestFinished(recorders.close)
  const traces = await startTraceRecorder(witness)
  onTestFinished(traces.close)
  const gateway = await startGateway({
    runtime,
    ...zonedPolicies('left', recorders.origins, traces.origin),
    env: { [LABELLED_KEY]: LABELLED },
  })
  onTestFinished(gateway.stop)
  const client = createClient(gateway)
  onTestFinished(client.close)
  return {
    runtime,
    gateway,
    client,
    recorders,
    traces,
    witness,
    tally: createTally(),
    sent: 0,
    failures: [],
    cloudward: { sent: 0, arrived: 0 },
  }
}

/** @returns when it is answered; the first ask of a bench has number 0, and so on */
export async function send(bench: Bench, asked: Ask): Promise<void> {
  const { client, recorders, witness, tally, failures } = bench
  const number = bench.sent
  bench.sent += 1
  const composed = compose(asked, number)
  witness.expect(composed)
  recorders.script(number, asked.faults)
  let status = 0
  try {
    const answer = await client.call({
      method: 'POST',
      path: composed.path,
      body: composed.body,
      headers: composed.headers,
      ...(asked.isLabelled && { key: LABELLED }),
    })
    status = answer.status
    if (answer.text.includes('internal_error')) failures.push(`${number}: ${answer.text}`)
  } catch (error) {
    // What goes through as it comes can only be broken off where its backend breaks off.
    const isRelayed = SURFACE_TRAITS[asked.surface].answer === 'bytes' && asked.faults.includes('half')
    if (!isRelayed) failures.push(`${number}: ${String(error)}`)
  }
  const zones = witness.reached(number)
  tally.add(composed, asked.surface, { zones, status })
  if (composed.isClean && composed.way.isCloudOnly === true) {
    bench.cloudward.sent += 1
    if (zones.includes('cloud')) bench.cloudward.arrived += 1
  }
}

/** Policies that are equally private take turns. @returns how often they did, when it is told to stop. */
export function startReloads({ gateway, recorders, traces, failures }: Bench): () => Promise<number> {
  const over = new AbortController()
  const reload = async (side: Side): Promise<void> => {
    const { policy } = zonedPolicies(side, recorders.origins, traces.origin)
    await writeFile(join(gateway.folder, 'policies/policy.yaml'), JSON.stringify(policy))
    const answer = await requestReload(join(gateway.folder, 'state'), {})
    if (answer.kind !== 'reloaded' || answer.how !== 'swapped')
      failures.push(`reload: ${JSON.stringify(answer)}`)
  }
  const run = async (): Promise<number> => {
    let count = 0
    while (!over.signal.aborted) {
      await reload(SIDES[(count + 1) % SIDES.length] ?? 'left')
      count += 1
      await sleep(BETWEEN_RELOADS_MS)
    }
    return count
  }
  const running = run()
  return async () => {
    over.abort()
    return await running
  }
}

/** How many traces have not been brought to the sink yet. */
export async function tracesWaiting({ gateway }: Bench): Promise<number> {
  const answer = await fetchStatus(join(gateway.folder, 'state'), {})
  if (answer.kind !== 'running') throw new Error(JSON.stringify(answer))
  const { records, traces = [] } = answer.status
  return (records.problem === null ? 0 : 1) + traces.reduce((sum, { waiting }) => sum + waiting, 0)
}
