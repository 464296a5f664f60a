/** A gateway with a trace sink, on a state folder that can be read, and requests of every kind with canaries in them. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { createChaosGateway, type ChaosGateway } from '../chaos/chaos-gateway.ts'
import { fetchStatus } from '../../src/control/admin-client.ts'
import { secrets, testPolicies, UPSTREAM_KEY } from '../conformance/harness/policies.ts'
import type { Policies, Runtime } from '../conformance/harness/start-gateway.ts'
import { freePort } from '../state/harness/redis-server.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { chunk, completion, DONE, json, ROLE, text } from '../upstream/reply.ts'
import type { StandInKeys } from './langfuse-stand-in.ts'

export const KEYS: StandInKeys = { publicKey: 'pk-lf-telemetry', secretKey: 'sk-lf-canary-77c1e0a2f4' }

const CLIENT_KEY = 'canary-client-key-0123456789abcdef'
/** None of these may be seen anywhere but at the upstream and at the client. */
export const CANARIES: Readonly<
  Record<'prompt' | 'answer' | 'upstreamError' | 'header' | 'clientKey' | 'upstreamKey' | 'secretKey', string>
> = {
  prompt: 'canary-prompt-9b1f',
  answer: 'canary-answer-5d20',
  upstreamError: 'canary-error-c83e',
  header: 'canary-header-11aa',
  clientKey: CLIENT_KEY,
  upstreamKey: UPSTREAM_KEY,
  secretKey: KEYS.secretKey,
}

const HUSH = 'hush-hush'

/** A row of the database. */
export interface KeptRecord {
  id: string
  correlation_id: string
  traced: number
  client: string
  surface: string
  backend: string | null
  backend_model: string | null
  status: number
  error: string | null
  started_at: number
  ended_at: number
  input: number
  cached_input: number
  output: number
  cost: number | null
  first_token_ms: number | null
  failures: string | null
}

export interface TracedGateway {
  gateway: ChaosGateway
  /** Makes the request of this number. @returns its correlation id once its answer has ended; null = it broke */
  ask: (number: number) => Promise<string | null>
  records: () => KeptRecord[]
  /** Every file of the state folder, as Latin-1. */
  files: () => Promise<{ name: string; text: string }[]>
  /** Of `aicc status`. */
  status: () => Promise<{ waiting: number; shipped: number; duplicatesPossible: number; dead: number }>
  close: () => Promise<void>
}

export async function startTracedGateway(runtime: Runtime, sink: string): Promise<TracedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-telemetry-'))
  const upstream = await startUpstream()
  script(upstream)
  const port = await freePort()
  const environment = {
    ...secrets,
    AICC_CLIENT_KEY: CLIENT_KEY,
    LANGFUSE_PUBLIC_KEY: KEYS.publicKey,
    LANGFUSE_SECRET_KEY: KEYS.secretKey,
  }
  const gateway = createChaosGateway({ runtime, folder, port, environment })
  await gateway.write(policiesFor(upstream.origin, sink))
  await gateway.startControl()
  return {
    gateway,
    async ask(number) {
      const correlationId = `run-${number}`
      try {
        const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${CLIENT_KEY}`,
            'content-type': 'application/json',
            'x-correlation-id': correlationId,
            'x-extra': CANARIES.header,
          },
          body: JSON.stringify(bodyOf(number)),
          signal: AbortSignal.timeout(20_000),
        })
        await response.text()
        return correlationId
      } catch {
        return null
      }
    },
    records() {
      const database = new DatabaseSync(join(gateway.stateDir, 'usage.db'), { readOnly: true })
      const rows = database.prepare('SELECT * FROM records ORDER BY seq').all()
      database.close()
      return rows as unknown as KeptRecord[]
    },
    async files() {
      const entries = await readdir(gateway.stateDir, { recursive: true, withFileTypes: true })
      // The key of the first client is the user's own file there.
      const files = entries.filter((entry) => entry.isFile() && entry.name !== 'client.key')
      return Promise.all(
        files.map(async ({ parentPath, name }) => ({
          name,
          text: await readFile(join(parentPath, name), 'latin1'),
        })),
      )
    },
    async status() {
      const answer = await fetchStatus(gateway.stateDir)
      const traces = answer.kind === 'running' ? answer.status.traces?.[0] : undefined
      if (traces === undefined) throw new Error(JSON.stringify(answer))
      return traces
    },
    async close() {
      await gateway.stop()
      await upstream.close()
      await sleep(50)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const USAGE = {
  prompt_tokens: 50,
  completion_tokens: 8,
  total_tokens: 58,
  prompt_tokens_details: { cached_tokens: 20 },
}

function script(upstream: RecordingUpstream): void {
  const { answer, upstreamError } = CANARIES
  upstream.reply(
    'mock/plain',
    json(200, { choices: [{ message: { role: 'assistant', content: answer } }], usage: USAGE }),
  )
  upstream.reply('mock/stream', [
    { send: ROLE + text(answer) },
    { send: chunk({ finish: 'stop' }) + chunk({ usage: USAGE }) + DONE },
  ])
  upstream.reply('mock/second-try', completion(answer))
  upstream.reply('mock/broken', json(500, { error: { message: upstreamError } }))
}

function policiesFor(upstream: string, sink: string): Policies {
  const policies = testPolicies(upstream, {
    models: { plain: {}, stream: {}, 'second-try': { on: ['dead', 'mock'] }, broken: {} },
  })
  for (const { models } of Object.values(policies.backends.backends)) {
    for (const model of Object.values(models)) model.price = { input: 1, output: 10 }
  }
  return {
    ...policies,
    policy: {
      ...policies.policy,
      labels: { quiet: { mayReach: 'cloud', onDenied: 'block', trace: 'none' } },
      classify: { privacy: { label: 'quiet', patterns: [{ id: 'hush', regex: HUSH }] } },
      trace: {
        sink: 'langfuse',
        url: sink,
        zone: 'cloud',
        publicKey: { env: 'LANGFUSE_PUBLIC_KEY' },
        secretKey: { env: 'LANGFUSE_SECRET_KEY' },
        environment: 'telemetry',
      },
    },
  }
}

const MODELS = ['plain', 'stream', 'second-try', 'stream', 'broken', 'plain', 'unknown-model'] as const

/** Every eleventh carries a label that wants no trace. */
export function isQuiet(number: number): boolean {
  return number % 11 === 10
}

function bodyOf(number: number): unknown {
  const model = MODELS[number % MODELS.length] ?? 'plain'
  const content = isQuiet(number) ? `${HUSH} ${CANARIES.prompt}` : CANARIES.prompt
  return { model, ...(model === 'stream' && { stream: true }), messages: [{ role: 'user', content }] }
}
