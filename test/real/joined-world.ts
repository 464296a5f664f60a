/** LiteLLM proxies that trace to Langfuse, each by another of its callbacks, with a provider behind them. */
import type { Policies } from '../conformance/harness/start-gateway.ts'
import type { LangfuseStandIn, StandInKeys } from '../telemetry/langfuse-stand-in.ts'
import { startUpstream, type Recorded, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { chunk, DONE, json, type Reply, ROLE, text } from '../upstream/reply.ts'
import { type LiteLlm, MASTER_KEY, startLiteLlm } from './litellm-proxy.ts'

export const KEYS: StandInKeys = { publicKey: 'pk-lf-joined', secretKey: 'sk-lf-joined' }
/** Of a client whose requests carry a label. */
export const HUSHED_KEY = 'joined-hushed-client-key-0123456789'
export const SECRETS: Record<string, string> = {
  JOINED_HUSHED_KEY: HUSHED_KEY,
  JOINED_LITELLM_KEY: MASTER_KEY,
  JOINED_PUBLIC_KEY: KEYS.publicKey,
  JOINED_SECRET_KEY: KEYS.secretKey,
}
/** Of the provider; it says so of itself. */
export const TOKENS = 58
export const ANSWER = 'the provider says hello'
export const REFUSAL = 'the provider refuses'

/** `langfuse`, and `langfuse_otel` as it is and with `LITELLM_OTEL_V2`. */
export type Callback = 'classic' | 'v1' | 'v2'
export const CALLBACKS: readonly Callback[] = ['classic', 'v1', 'v2']

const HOW: Record<Callback, { settings: object; env: Record<string, string> }> = {
  classic: {
    settings: { callbacks: [], success_callback: ['langfuse'], failure_callback: ['langfuse'] },
    env: {},
  },
  v1: { settings: { callbacks: ['langfuse_otel'] }, env: {} },
  v2: {
    settings: { callbacks: ['langfuse_otel'] },
    // Without the second it keeps no text whatever it is asked.
    env: { LITELLM_OTEL_V2: 'true', OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' },
  },
}

export interface JoinedWorld {
  litellms: Record<Callback, LiteLlm>
  provider: RecordingUpstream
  stop: () => Promise<void>
}

/** @param bin folder of programs of the environment that LiteLLM is installed in */
export async function startJoinedWorld(bin: string, langfuse: LangfuseStandIn): Promise<JoinedWorld> {
  const provider = await startUpstream()
  provider.otherwise(replyOf)
  const relayed = { origin: provider.origin, models: ['relay', 'refusing', 'scribe'] }
  const keys = {
    LANGFUSE_PUBLIC_KEY: KEYS.publicKey,
    LANGFUSE_SECRET_KEY: KEYS.secretKey,
    LANGFUSE_HOST: langfuse.url,
    OTEL_BSP_SCHEDULE_DELAY: '200',
  }
  const start = (callback: Callback): Promise<LiteLlm> => {
    const { settings, env } = HOW[callback]
    return startLiteLlm(bin, { relayed, settings, env: { ...keys, ...env } })
  }
  const started = await Promise.allSettled(CALLBACKS.map(start))
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.stop()))
    await provider.close()
  }
  const [classic, v1, v2] = running
  if (classic === undefined || v1 === undefined || v2 === undefined) {
    await stop()
    throw new AggregateError(started.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])))
  }
  return { litellms: { classic, v1, v2 }, provider, stop }
}

export function policiesFor(
  litellms: JoinedWorld['litellms'],
  { langfuse, content }: { langfuse: string; content: 'metadata-only' | 'full' },
): Policies {
  const models = { relay: { id: 'relay' }, refusing: { id: 'refusing' }, scribe: { id: 'scribe' } }
  const backends = CALLBACKS.map((callback): [string, Policies['backends']['backends'][string]] => [
    callback,
    {
      kind: 'litellm',
      url: litellms[callback].origin,
      key: { env: 'JOINED_LITELLM_KEY' },
      traces: 'joined',
      models,
    },
  ])
  const names = CALLBACKS.flatMap((callback) => [
    `${callback}/relay`,
    `${callback}/refusing`,
    `${callback}/scribe`,
  ])
  return {
    backends: { backends: Object.fromEntries(backends) },
    policy: {
      labels: { private: { mayReach: 'cloud' } },
      models: Object.fromEntries(names.map((name) => [name.replace('/', '-'), { targets: [name] }])),
      trace: {
        sink: 'langfuse',
        url: langfuse,
        zone: 'cloud',
        content,
        publicKey: { env: 'JOINED_PUBLIC_KEY' },
        secretKey: { env: 'JOINED_SECRET_KEY' },
      },
    },
    clients: {
      clients: {
        crew: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' },
        hushed: { keys: [{ env: 'JOINED_HUSHED_KEY' }], models: '*', labels: ['private'] },
      },
    },
  }
}

const USAGE = { prompt_tokens: 50, completion_tokens: 8, total_tokens: TOKENS }
const INPUT_ONLY = { prompt_tokens: TOKENS, total_tokens: TOKENS }

function replyOf({ path, model, body }: Recorded): Reply {
  if (model === 'refusing') return json(400, { error: { message: REFUSAL, type: 'invalid_request_error' } })
  if (path.endsWith('/embeddings')) {
    const data = [{ object: 'embedding', index: 0, embedding: [0.5] }]
    return json(200, { object: 'list', model, data, usage: INPUT_ONLY })
  }
  if (path.endsWith('/transcriptions')) return json(200, { text: transcriptOf(body) })
  if (path.endsWith('/responses')) return json(200, response(model))
  if (/"stream": ?true/.test(body.toString())) {
    return [{ send: ROLE + text(ANSWER) + chunk({ finish: 'stop' }) + chunk({ usage: USAGE }) + DONE }]
  }
  const choice = {
    index: 0,
    finish_reason: 'stop',
    text: ANSWER,
    message: { role: 'assistant', content: ANSWER },
  }
  return json(200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [choice],
    usage: USAGE,
  })
}

/** Every file is one of a voice that says its own name. */
function transcriptOf(form: Buffer): string {
  return /filename="([^"]+)"/.exec(form.toString())?.[1] ?? ''
}

function response(model: string): object {
  const content = [{ type: 'output_text', text: ANSWER, annotations: [] }]
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    status: 'completed',
    model,
    output: [{ type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content }],
    usage: {
      input_tokens: USAGE.prompt_tokens,
      output_tokens: USAGE.completion_tokens,
      total_tokens: TOKENS,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
  }
}
