/** A gateway whose clients differ in what traces may hold of them, with all that it writes, prints and answers at hand. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { readRunFile } from '../../src/control/run-file.ts'
import { createChaosGateway, type ChaosGateway } from '../chaos/chaos-gateway.ts'
import { secrets, testPolicies } from '../conformance/harness/policies.ts'
import type { Policies, Runtime } from '../conformance/harness/start-gateway.ts'
import { freePort } from '../state/harness/redis-server.ts'
import { startUpstream } from '../upstream/recording-upstream.ts'
import { CLIENTS, keyOf, replyTo, requestsOf, type CanaryClient, type CanaryRequest } from './canaries.ts'
import { KEYS } from './traced-gateway.ts'

/** Somewhere that a secret may have got to. */
export interface Writing {
  name: string
  text: string
}

export interface CanaryGateway {
  gateway: ChaosGateway
  /** All that the client asks, one after the other. */
  ask: (client: CanaryClient) => Promise<void>
  /** Ids of the records that are kept. */
  records: () => string[]
  /** Every byte under the state folder, as Latin-1. */
  files: () => Promise<Writing[]>
  /** What the admin listener answers to everything that can be read there. */
  admin: () => Promise<Writing[]>
  close: () => Promise<void>
}

const DOCUMENT = fileURLToPath(new URL('../../schemas/admin.openapi.json', import.meta.url))

export async function startCanaryGateway(runtime: Runtime, sink: string): Promise<CanaryGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-canaries-'))
  const upstream = await startUpstream()
  upstream.otherwise(({ body, model }) => replyTo(body.toString(), model))
  const port = await freePort()
  const environment = {
    ...secrets,
    LANGFUSE_PUBLIC_KEY: KEYS.publicKey,
    LANGFUSE_SECRET_KEY: KEYS.secretKey,
    ...Object.fromEntries(CLIENTS.map((client) => [envOf(client), keyOf(client)])),
  }
  const gateway = createChaosGateway({ runtime, folder, port, environment })
  await gateway.write(policiesFor(upstream.origin, sink))
  await gateway.startControl()
  const post = async ({ headers, body }: CanaryRequest): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    })
    await response.text()
  }
  const records = (): string[] => {
    const database = new DatabaseSync(join(gateway.stateDir, 'usage.db'), { readOnly: true })
    const rows = database.prepare('SELECT id FROM records').all()
    database.close()
    return rows.map((row) => String(row['id']))
  }
  return {
    gateway,
    records,
    async ask(client) {
      for (const request of requestsOf(client)) await post(request)
    },
    async files() {
      const entries = await readdir(gateway.stateDir, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      return Promise.all(
        files.map(async ({ parentPath, name }) => ({
          name: `the file ${name}`,
          text: await readFile(join(parentPath, name), 'latin1'),
        })),
      )
    },
    async admin() {
      const run = await readRunFile(gateway.stateDir)
      if (run === null) throw new Error('no gateway runs')
      const token = (await readFile(join(gateway.stateDir, 'admin.token'), 'utf8')).trim()
      const { paths } = JSON.parse(await readFile(DOCUMENT, 'utf8')) as { paths: Record<string, object> }
      const readable = Object.entries(paths).filter(([, operations]) => 'get' in operations)
      const asked = readable.flatMap(([path]) =>
        path.endsWith('{id}')
          ? records().map((id) => path.replace('{id}', id))
          : [path.replace('{name}', 'gaming')],
      )
      return Promise.all(
        asked.map(async (path) => {
          const answer = await fetch(`http://${run.admin.address}:${run.admin.port}${path}`, {
            headers: { authorization: `Bearer ${token}` },
          })
          const head = [...answer.headers].flat().join('\n')
          return {
            name: `GET ${path.replace(/[0-9a-f-]{36}/, 'ID')}`,
            text: `${head}\n${await answer.text()}`,
          }
        }),
      )
    },
    async close() {
      await gateway.stop()
      await upstream.close()
      await sleep(50)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function envOf(client: CanaryClient): string {
  return `CANARY_KEY_${client.toUpperCase()}`
}

function policiesFor(upstream: string, sink: string): Policies {
  const policies = testPolicies(upstream, { models: { plain: {}, stream: {}, broken: {}, late: {} } })
  const label = { mayReach: 'cloud', onDenied: 'block' } as const
  return {
    ...policies,
    policy: {
      ...policies.policy,
      labels: {
        found: { ...label, trace: 'full' },
        masked: { ...label, trace: 'redacted' },
        closed: { ...label, trace: 'metadata-only' },
      },
      classify: { privacy: { label: 'found' } },
      trace: {
        sink: 'langfuse',
        url: sink,
        zone: 'cloud',
        content: 'full',
        publicKey: { env: 'LANGFUSE_PUBLIC_KEY' },
        secretKey: { env: 'LANGFUSE_SECRET_KEY' },
      },
    },
    clients: {
      clients: Object.fromEntries(
        CLIENTS.map((client) => {
          const labels = client === 'open' ? {} : { labels: [client] }
          return [client, { keys: [{ env: envOf(client) }], models: '*', ...labels }]
        }),
      ),
    },
  }
}
