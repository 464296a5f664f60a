/**
 * One question to a backend: is it well? Each kind has a path of its own that costs it nothing, loads no model and asks
 * none.
 */
import type { Backend, BackendKind } from '../../table/route-table.ts'
import type { Answer, BackendClient } from '../doctor/backend-client.ts'
import { databaseState } from '../doctor/check-litellm.ts'

export interface Finding {
  up: boolean
  /** Why it is down, or what is wrong although it is up; null = nothing to say. */
  detail: string | null
  /** The path that it answered, to begin with the next time; null = none is known yet. */
  path: string | null
  /** Ids of the models that are loaded; left out where it does not tell. */
  loaded?: readonly string[]
}

/** Below the origin's root; they are open, so no key goes there. */
const PATHS: Partial<Record<BackendKind, string>> = {
  ollama: '/api/version',
  vllm: '/health',
  llamacpp: '/health',
  mlx: '/health',
  litellm: '/health/liveliness',
  opencode: '/global/health',
}

/** Who says so in its list of models has a `/health` that knows more: vLLM's of a dead engine. */
const WITH_HEALTH = new Set(['vllm', 'llamacpp'])

/** @param known the path that it answered before, null at first */
export async function askHealth(
  backend: Backend,
  client: BackendClient,
  known: string | null,
): Promise<Finding> {
  const chosen = backend.health?.path ?? null
  if (chosen !== null) return judgeStrictly(await client.ask(chosen), chosen)
  const ofKind = PATHS[backend.kind]
  const models = `${backend.basePath}/models`
  const path = ofKind === undefined ? (known ?? models) : client.root + ofKind
  if (path === models) return askModels(models, client)
  const finding = judge(await client.askOpenly(path), path)
  if (!finding.up) return finding
  if (backend.kind === 'litellm') return withDatabase(finding, client)
  return backend.kind === 'ollama' ? withLoaded(finding, client) : finding
}

/**
 * Whoever speaks OpenAI's API. Its `/health` is not asked before it is known to be one: a LiteLLM that is declared as
 * such would call every model that it has.
 */
async function askModels(path: string, client: BackendClient): Promise<Finding> {
  const answer = await client.ask(path)
  const finding = judge(answer, path)
  return finding.detail === null && ownersOf(answer).some((owner) => WITH_HEALTH.has(owner))
    ? { ...finding, path: `${client.root}/health` }
    : finding
}

function ownersOf(answer: Answer): string[] {
  const { data } = ('error' in answer ? {} : (answer.body ?? {})) as { data?: unknown }
  if (!Array.isArray(data)) return []
  return data.map((entry: unknown) => String(((entry ?? {}) as { owned_by?: unknown }).owned_by))
}

/** Whoever refuses a question (the key, the path, the pace) is there. */
function judge(answer: Answer, path: string): Finding {
  if ('error' in answer) return { up: false, detail: answer.error, path: null }
  const { status } = answer
  if (isOk(status)) return { up: true, detail: null, path }
  const detail = `${status} on GET ${path}`
  return {
    up: status < 500,
    detail: isStarting(answer) ? `${detail}: it loads its model` : detail,
    path: null,
  }
}

/** llama.cpp says so while it starts. */
function isStarting({ status, body }: Exclude<Answer, { error: string }>): boolean {
  const { error } = (body ?? {}) as { error?: { message?: unknown } | null }
  return status === 503 && /^loading model/i.test(String(error?.message))
}

/** A path that the policy names says by its status what it means. */
function judgeStrictly(answer: Answer, path: string): Finding {
  if ('error' in answer) return { up: false, detail: answer.error, path }
  const up = isOk(answer.status)
  return { up, detail: up ? null : `${answer.status} on GET ${path}`, path }
}

/** It serves without its database, but looks no key of its own up meanwhile. */
async function withDatabase(finding: Finding, client: BackendClient): Promise<Finding> {
  const readiness = await client.askOpenly(`${client.root}/health/readiness`)
  const state = 'error' in readiness ? null : databaseState(readiness.body)
  const isWell = state === null || state === 'connected' || state === 'Not connected'
  return isWell ? finding : { ...finding, detail: `its database is ${state}` }
}

/** Pools prefer who need not load the model first. */
async function withLoaded(finding: Finding, client: BackendClient): Promise<Finding> {
  const answer = await client.askOpenly(`${client.root}/api/ps`)
  const { models } = ('error' in answer ? {} : (answer.body ?? {})) as { models?: unknown }
  if (!Array.isArray(models)) return finding
  const loaded = models.flatMap((entry: unknown) => {
    const { model, name } = (entry ?? {}) as { model?: unknown; name?: unknown }
    const id = model ?? name
    return typeof id === 'string' ? [id] : []
  })
  return { ...finding, loaded: loaded.toSorted() }
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300
}
