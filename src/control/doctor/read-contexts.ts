/**
 * What the backend itself says of its models' context windows, each kind in its own way.
 */
import type { Backend } from '../../table/route-table.ts'
import type { BackendClient } from './backend-client.ts'

/**
 * @param models body of the answer to GET /v1/models
 * @returns model id → tokens, for the models it tells of
 */
export async function readContexts(
  backend: Backend,
  client: BackendClient,
  models: unknown,
): Promise<Map<string, number>> {
  if (backend.kind === 'litellm') return fromLiteLlm(backend, client)
  if (backend.kind === 'ollama') return fromOllama(backend, client)
  return fromModelList(models)
}

/** vLLM says `max_model_len`; llama.cpp puts `n_ctx` or `n_ctx_train` into `meta`. */
function fromModelList(body: unknown): Map<string, number> {
  const { data } = body as {
    data: { id?: unknown; max_model_len?: unknown; meta?: { n_ctx?: unknown } | null }[]
  }
  return toMap(data.map((entry) => [entry?.id, entry?.max_model_len ?? entry?.meta?.n_ctx]))
}

async function fromLiteLlm(backend: Backend, client: BackendClient): Promise<Map<string, number>> {
  const answer = await client.ask(`${backend.basePath}/model/info`)
  if ('error' in answer || answer.status !== 200) return new Map()
  const { data } = (answer.body ?? {}) as {
    data?: { model_name?: unknown; model_info?: { max_input_tokens?: unknown } | null }[]
  }
  if (!Array.isArray(data)) return new Map()
  return toMap(data.map((entry) => [entry?.model_name, entry?.model_info?.max_input_tokens]))
}

/** The model's own limit; the server's setting may be lower and is not told. */
async function fromOllama(backend: Backend, client: BackendClient): Promise<Map<string, number>> {
  const ids = Object.values(backend.models).map(({ id }) => id)
  const entries = await Promise.all(
    ids.map(async (id): Promise<[string, unknown]> => {
      const answer = await client.ask(`${client.root}/api/show`, { model: id })
      if ('error' in answer || answer.status !== 200) return [id, null]
      const { model_info: info } = (answer.body ?? {}) as { model_info?: Record<string, unknown> }
      const field = Object.keys(info ?? {}).find((name) => name.endsWith('.context_length'))
      return [id, field && info?.[field]]
    }),
  )
  return toMap(entries)
}

function toMap(entries: readonly (readonly [unknown, unknown])[]): Map<string, number> {
  return new Map(
    entries.filter((entry): entry is [string, number] => {
      const [id, tokens] = entry
      return typeof id === 'string' && typeof tokens === 'number' && tokens > 0
    }),
  )
}
