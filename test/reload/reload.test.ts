/**
 * The reload run: 200 open streams and 200 calls a second while two policies take turns, with broken edits in
 * between. Nothing may fail, and each answer is wholly by one table. Prints what it measured.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PolicyFile } from '../../compiler/config/policy.ts'
import { requestReload } from '../../src/control/admin-client.ts'
import { askOf, createClient, type Client } from '../conformance/harness/client.ts'
import { secrets, testPolicies } from '../conformance/harness/policies.ts'
import {
  startGateway,
  type Gateway,
  type Policies,
  type Runtime,
} from '../conformance/harness/start-gateway.ts'
import { startUpstream } from '../upstream/recording-upstream.ts'
import { chunk, DONE, json, text, type Reply, type Step } from '../upstream/reply.ts'
import { startLoad, type Tally } from './load.ts'

const RELOADS = 50
/** Before every so many-th reload, an edit that does not compile. */
const BROKEN_EVERY = 5
const STREAMS = 200
const CALLS_PER_SECOND = 200
const FRAME_EVERY_MS = 250
const FRAMES = 24
const PAUSE_MS = 300

/** Digits of the digest in the answer header. */
const HEADER_DIGITS = 12

/** The upstream shares its process with the load: on a busy machine it may take seconds to accept a connection. */
const PATIENT = { connect: '15s', firstToken: '30s', idle: '30s', total: '60s' }

const SIDES = ['left', 'right'] as const
type Side = (typeof SIDES)[number]

/** The alias points to this side, and the rules send there: two ways in which the policies differ. */
function policyFor(side: Side, base: PolicyFile): PolicyFile {
  return {
    ...base,
    timeouts: PATIENT,
    models: { ...base.models, auto: { rules: 'main' } },
    aliases: { moving: side },
    rules: {
      main: [
        { id: `streams-${side}`, when: { stream: true }, to: `${side}-stream` },
        { id: 'else', to: side },
      ],
    },
  }
}

/** A stream whose every word names its side. */
function saying(side: Side): Reply {
  const frames = Array.from({ length: FRAMES }, (_, i): Step[] => [
    { at: i * FRAME_EVERY_MS },
    { send: text(side) },
  ])
  return [...frames.flat(), { send: chunk({ finish: 'stop' }) + DONE }]
}

function createStreamClient(gateway: Gateway): Client {
  const client = createClient(gateway)
  onTestFinished(client.close)
  return client
}

interface Bench {
  gateway: Gateway
  client: Client
  base: Policies
}

async function startBench(runtime: Runtime): Promise<Bench> {
  const upstream = await startUpstream()
  onTestFinished(() => upstream.close())
  const base = testPolicies(upstream.origin, {
    models: {
      left: { on: ['mock'] },
      right: { on: ['second'] },
      'left-stream': { on: ['mock'] },
      'right-stream': { on: ['second'] },
    },
  })
  for (const [backend, side] of [
    ['mock', 'left'],
    ['second', 'right'],
  ] as const) {
    upstream.reply(`${backend}/${side}`, json(200, { id: side, choices: [] }))
    upstream.reply(`${backend}/${side}-stream`, saying(side))
  }
  const gateway = await startGateway({
    runtime,
    ...base,
    policy: policyFor('right', base.policy),
    env: secrets,
  })
  onTestFinished(() => gateway.stop())
  const client = createClient(gateway)
  onTestFinished(() => client.close())
  return { gateway, client, base }
}

describe.each(['workerd', 'node'] as const)('reloads under load, on %s', (runtime) => {
  it('fail no call, break no stream and mix no tables', async () => {
    const { gateway, client, base } = await startBench(runtime)
    const file = join(gateway.folder, 'policies/policy.yaml')
    const stateDir = join(gateway.folder, 'state')
    const texts = SIDES.map((side) => JSON.stringify(policyFor(side, base.policy), null, 2))
    const expected = new Map<string, Side>()
    const reload = async (side: Side): Promise<void> => {
      await writeFile(file, texts[SIDES.indexOf(side)] ?? '')
      const answer = await requestReload(stateDir, {})
      expect(answer).toMatchObject({ kind: 'reloaded', how: 'swapped' })
      if (answer.kind === 'reloaded') expected.set(answer.digest.slice(0, HEADER_DIGITS), side)
    }
    const refuseBrokenEdit = async (): Promise<void> => {
      const before = await digestInForce(client)
      await writeFile(file, (await readFile(file, 'utf8')).replace('mock/left-stream', 'mcok/left-stream'))
      const answer = await requestReload(stateDir, {})
      const diagnostic = expect.stringMatching(
        /error\[resolve\/unknown-backend\].*`mcok`[^]*did you mean `mock`\?/,
      ) as string
      expect(answer).toMatchObject({ kind: 'refused', message: diagnostic })
      expect(await digestInForce(client)).toBe(before)
    }
    // Each side once, so that the digests are known before the load begins.
    for (const side of SIDES) await reload(side)

    const load = startLoad({
      clients: { streams: createStreamClient(gateway), calls: client },
      streams: STREAMS,
      callsPerSecond: CALLS_PER_SECOND,
      streamMs: FRAMES * FRAME_EVERY_MS,
      callNames: ['moving', 'auto'],
      streamName: 'auto',
      expected,
    })
    onTestFinished(load.stop)
    while (load.open() < STREAMS) {
      expect(load.tally.failures).toEqual([])
      await sleep(50)
    }
    const reloadMs: number[] = []
    let fewestOpen = STREAMS
    let refused = 0
    for (let i = 0; i < RELOADS; i += 1) {
      if (i % BROKEN_EVERY === 0) {
        await refuseBrokenEdit()
        refused += 1
      }
      fewestOpen = Math.min(fewestOpen, load.open())
      const began = performance.now()
      await reload(SIDES[i % 2] ?? 'left')
      reloadMs.push(performance.now() - began)
      await sleep(PAUSE_MS)
    }
    await load.stop()

    const { tally } = load
    console.log(figures(runtime, tally, { reloadMs, refused, fewestOpen }))
    expect(tally.failures.slice(0, 5)).toEqual([])
    expect([...tally.byDigest.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
    expect(expected.size).toBe(2)
    // What was refused is said where the gateway logs, too.
    expect(gateway.output().match(/error\[resolve\/unknown-backend\]/g)).toHaveLength(refused)
  }, 150_000)
})

async function digestInForce(client: Client): Promise<unknown> {
  return (await client.chat(askOf('moving'))).headers['x-aicc-digest']
}

interface Reloads {
  reloadMs: readonly number[]
  refused: number
  fewestOpen: number
}

function figures(runtime: Runtime, tally: Tally, { reloadMs, refused, fewestOpen }: Reloads): string {
  const { calls, streams, failures, callMs, gapMs } = tally
  return [
    `reload run on ${runtime}: ${failures.length} failures`,
    `  ${reloadMs.length} reloads, each ${times(reloadMs)}; ${refused} broken edits refused`,
    `  ${calls} calls, ${CALLS_PER_SECOND} a second, each ${times(callMs)}`,
    `  ${streams} streams, at least ${fewestOpen} open at each reload; a word every ${FRAME_EVERY_MS} ms, between two ${times(gapMs)}`,
  ].join('\n')
}

function times(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1)
  return `median ${at(0.5)} ms, 99 % within ${at(0.99)} ms, worst ${at(1)} ms`
}
