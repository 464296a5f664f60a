/**
 * A gateway between vendors' clients and a mock, by the name of the model that is asked for: `native.*` stands for a
 * backend that speaks what the client speaks, `hub.*` for one that speaks chat, and what follows is the case.
 */
import type { BackendConfig } from '../../compiler/config/backends.ts'
import { ALL_SURFACES, SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import type { Surface } from '../../src/table/route-table.ts'
import { type Gateway, type Runtime, startGateway } from '../conformance/harness/start-gateway.ts'
import { FAILURE, replyOf } from '../protocols/answers.ts'
import { CASES } from '../protocols/cells.ts'
import { type Recorded, type RecordingUpstream, startUpstream } from '../upstream/recording-upstream.ts'
import { json, type Reply, type Step } from '../upstream/reply.ts'

export interface SdkWorld {
  upstream: RecordingUpstream
  gateway: Gateway
  /** Of the gateway, without a path. */
  origin: string
  stop: () => Promise<void>
}

export const SETUPS = ['native', 'hub'] as const

export async function startSdkWorld(runtime: Runtime): Promise<SdkWorld> {
  const upstream = await startUpstream()
  upstream.otherwise((recorded) => answer(recorded, upstream))
  const backend = (name: string, speaks: Surface[]): Record<string, BackendConfig> => ({
    [name]: {
      kind: 'openai',
      url: `${upstream.origin}/${name}/v1`,
      health: 'off',
      speaks,
      models: { '*': { id: `${name}/*` }, plain: { id: `${name}/plain` }, tools: { id: `${name}/tools` } },
    },
  })
  const gateway = await startGateway({
    runtime,
    backends: {
      backends: {
        ...backend('native', ['chat', 'embeddings', 'responses', 'messages', 'count-tokens']),
        ...backend('hub', ['chat', 'embeddings']),
      },
    },
    policy: {
      breaker: 'off',
      retry: { times: 0 },
      models: {
        ...Object.fromEntries(SETUPS.map((name) => [`${name}.*`, { targets: [`${name}/*`] }])),
        // What the recipes in docs/ ask for.
        auto: { targets: ['hub/plain'] },
        tools: { targets: ['hub/tools'] },
      },
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  })
  return {
    upstream,
    gateway,
    origin: `https://localhost:${gateway.run.https.port}`,
    stop: async () => {
      await gateway.stop()
      await upstream.close()
    },
  }
}

function answer(recorded: Recorded, { requestsFor }: RecordingUpstream): Reply {
  const { path, model, body } = recorded
  const wire = ALL_SURFACES.find((surface) => path.endsWith(`/v1${SURFACE_TRAITS[surface].backendPath}`))
  if (wire === undefined) return json(404, {})
  const name = model.split('/')[1] ?? ''
  const isFirst = requestsFor(model).length === 1
  if (name.startsWith('busy-once') && isFirst) return failed(429, wire, { 'retry-after': '1' })
  if (name === 'busy') return failed(429, wire, { 'retry-after': '1' })
  if (name === 'broken') return failed(500, wire)
  const streams = /"stream" ?: ?true/.test(body.toString())
  const known = CASES.find((one) => one.replace(' ', '-') === name)
  const reply = replyOf(wire, known ?? 'plain', streams)
  return body.includes('"include_usage"') ? reply : reply.map(withoutUsage)
}

/** Servers of chat tell a stream's usage to those who ask. */
function withoutUsage(step: Step): Step {
  if (!('send' in step) || typeof step.send !== 'string') return step
  return { send: step.send.replace(/^data: .*"choices":\[\].*\n\n/m, '') }
}

function failed(status: number, wire: Surface, headers: Record<string, string> = {}): Reply {
  const type = status === 429 ? 'rate_limit_error' : 'api_error'
  const error = { type, message: FAILURE }
  const isAnthropic = SURFACE_TRAITS[wire].family === 'anthropic'
  return json(
    status,
    isAnthropic ? { type: 'error', error } : { error: { ...error, param: null, code: null } },
    headers,
  )
}
