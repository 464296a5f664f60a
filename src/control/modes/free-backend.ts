/** Has hosts let go of the models that fill their GPUs: a server that can be asked for it unloads what it has loaded. */
import type { Backend, BackendKind, RouteTable } from '../../table/route-table.ts'
import type { Environment } from '../build-snapshot.ts'
import { type Answer, type BackendClient, createBackendClient } from '../doctor/backend-client.ts'
import type { Log } from '../../table/log-line.ts'

export interface Freed {
  /** Ids of models that were unloaded. */
  models: string[]
  /** What went wrong; null = nothing. */
  problem: string | null
}

/** How servers of a kind are asked; those of other kinds cannot be. */
interface Unloading {
  list: string
  /** Of the list's answer, ids of what is loaded. */
  loaded: (body: unknown) => string[]
  unload: string
  body: (model: string) => object
}

const UNLOADING: Partial<Record<BackendKind, Unloading>> = {
  ollama: {
    list: '/api/ps',
    loaded: (body) => entriesOf(body, 'models').map(({ model, name }) => String(model ?? name)),
    unload: '/api/generate',
    body: (model) => ({ model, keep_alive: 0 }),
  },
  // Its router mode; a server of one model has no way but to be stopped.
  llamacpp: {
    list: '/models',
    loaded: (body) =>
      entriesOf(body, 'data')
        .filter(isLoaded)
        .map(({ id }) => String(id)),
    unload: '/models/unload',
    body: (model) => ({ model }),
  },
}

/** What is in force is looked up each time. */
export function createFree({
  inForce,
  log,
}: {
  inForce: () => { table: RouteTable; environment: Environment }
  log: Log
}): (backends: readonly string[]) => Promise<void> {
  const freeOne = async (
    name: string,
    backend: Backend & { origin: string },
    key: string | null,
  ): Promise<void> => {
    const client = createBackendClient(backend, key)
    try {
      const { models, problem } = await freeBackend(backend.kind, client)
      if (models.length > 0) log('info', `backend \`${name}\` was asked to unload ${models.join(', ')}`)
      if (problem !== null) log('warn', `backend \`${name}\` could not be freed: ${problem}`)
    } finally {
      await client.close()
    }
  }
  return async (names) => {
    const { table, environment } = inForce()
    const freeing = names.map((name) => {
      const backend = table.backends[name]
      if (backend === undefined || backend.origin === null) return Promise.resolve()
      const key = backend.key === null ? null : (environment[backend.key.env] ?? null)
      return freeOne(name, { ...backend, origin: backend.origin }, key)
    })
    await Promise.all(freeing)
  }
}

export async function freeBackend(
  kind: BackendKind,
  client: Pick<BackendClient, 'ask' | 'root'>,
): Promise<Freed> {
  const how = UNLOADING[kind]
  if (how === undefined) return { models: [], problem: `servers of kind ${kind} cannot be asked to unload` }
  const { root } = client
  const listed = await client.ask(root + how.list)
  const problem = problemOf(listed, how.list)
  if (problem !== null || 'error' in listed) return { models: [], problem }
  const freed: Freed = { models: [], problem: null }
  for (const model of how.loaded(listed.body)) {
    const wrong = problemOf(await client.ask(root + how.unload, how.body(model)), how.unload)
    if (wrong === null) freed.models.push(model)
    else freed.problem ??= wrong
  }
  return freed
}

function problemOf(answer: Answer, path: string): string | null {
  if ('error' in answer) return answer.error
  return answer.status >= 200 && answer.status < 300 ? null : `it answered ${answer.status} on ${path}`
}

function isLoaded({ status }: Record<string, unknown>): boolean {
  return typeof status === 'object' && status !== null && 'value' in status && status.value === 'loaded'
}

function entriesOf(body: unknown, field: string): Record<string, unknown>[] {
  const list: unknown =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : null
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'object' && entry !== null) : []
}
