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
}

/** Below the origin's root. What speaks OpenAI's API is tried: vLLM and llama.cpp have `/health`, others not. */
const PATHS: Partial<Record<BackendKind, string>> = {
  ollama: '/api/version',
  litellm: '/health/liveliness',
  opencode: '/global/health',
}

/** @param known the path that it answered before, null at first */
export async function askHealth(
  backend: Backend,
  client: BackendClient,
  known: string | null,
): Promise<Finding> {
  const chosen = backend.health?.path ?? null
  if (chosen !== null) return judgeStrictly(await client.ask(chosen), chosen)
  const ofKind = PATHS[backend.kind]
  const path = known ?? (ofKind === undefined ? null : client.root + ofKind)
  if (path === null) return askOpenAi(backend, client)
  const finding = judge(await client.ask(path), path)
  return finding.up && backend.kind === 'litellm' ? withDatabase(finding, client) : finding
}

async function askOpenAi(backend: Backend, client: BackendClient): Promise<Finding> {
  const path = `${client.root}/health`
  const answer = await client.ask(path)
  if ('error' in answer) return { up: false, detail: answer.error, path: null }
  if (isOk(answer.status)) return { up: true, detail: null, path }
  // llama.cpp while it loads its model, vLLM with a dead engine.
  if (answer.status === 503) return { up: false, detail: `503 on GET ${path}`, path: null }
  const models = `${backend.basePath}/models`
  return judge(await client.ask(models), models)
}

/** Whoever refuses a question (the key, the path, the pace) is there. */
function judge(answer: Answer, path: string): Finding {
  if ('error' in answer) return { up: false, detail: answer.error, path: null }
  const { status } = answer
  const detail = isOk(status) ? null : `${status} on GET ${path}`
  return { up: status < 500, detail, path: status < 500 ? path : null }
}

/** A path that the policy names says by its status what it means. */
function judgeStrictly(answer: Answer, path: string): Finding {
  if ('error' in answer) return { up: false, detail: answer.error, path }
  const up = isOk(answer.status)
  return { up, detail: up ? null : `${answer.status} on GET ${path}`, path }
}

/** It serves without its database, but looks no key of its own up meanwhile. */
async function withDatabase(finding: Finding, client: BackendClient): Promise<Finding> {
  const readiness = await client.ask(`${client.root}/health/readiness`)
  const state = 'error' in readiness ? null : databaseState(readiness.body)
  const isWell = state === null || state === 'connected' || state === 'Not connected'
  return isWell ? finding : { ...finding, detail: `its database is ${state}` }
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300
}
