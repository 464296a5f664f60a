/**
 * Is a backend there, does it serve the models that the policy declares, and does it agree with what is said of them?
 */
import type { Backend, BackendModel } from '../../table/route-table.ts'
import type { Environment } from '../build-snapshot.ts'
import { createBackendClient, type Answer, type BackendClient } from './backend-client.ts'
import { checkLiteLlm } from './check-litellm.ts'
import { createReport, type Finding, type Report } from './finding.ts'
import { readContexts } from './read-contexts.ts'

export async function checkBackend(
  name: string,
  backend: Backend,
  environment: Environment,
): Promise<Finding[]> {
  const { findings, report } = createReport(`backend ${name}`)
  const { origin, key } = backend
  if (origin === null) {
    report('reachable', 'ok', 'built in')
    return findings
  }
  const secret = key === null ? null : (environment[key.env] ?? '')
  if (secret === '') {
    report(
      'key',
      'fail',
      `environment variable ${key?.env} is not set`,
      'set it in .env or in the environment',
    )
    return findings
  }
  const client = createBackendClient({ ...backend, origin }, secret)
  try {
    await checkModels({ ...backend, origin }, client, report)
    if (backend.kind === 'litellm') await checkLiteLlm(client, backend.joinsTraces === true, report)
  } finally {
    await client.close()
  }
  return findings
}

async function checkModels(
  backend: Backend & { origin: string },
  client: BackendClient,
  report: Report,
): Promise<void> {
  const path = `${backend.basePath}/models`
  const answer = await client.ask(path)
  if ('error' in answer) {
    report(
      'reachable',
      'fail',
      `${backend.origin} does not answer: ${answer.error}`,
      'is it running, and is `url` right?',
    )
    return
  }
  report('reachable', 'ok', `${backend.origin} answers`)
  if (!checkStatus(answer, path, report)) return
  const served = servedIds(answer)
  if (served === null) {
    report('models', 'warn', `GET ${path} lists no models in OpenAI's form; nothing to compare`)
    return
  }
  if (backend.kind === 'anthropic') {
    await askForEach(backend, client, report)
    return
  }
  const contexts = await readContexts(backend, client, answer.body)
  for (const [name, model] of Object.entries(backend.models)) {
    checkModel({ name, model, served, context: contexts.get(model.id) ?? null }, report)
  }
}

/** Its list comes in pages, and without the short names: each model is asked for by itself. */
async function askForEach(backend: Backend, client: BackendClient, report: Report): Promise<void> {
  for (const [name, { id, context }] of Object.entries(backend.models)) {
    if (id.includes('*')) continue
    const answer = await client.ask(`${backend.basePath}/models/${encodeURIComponent(id)}`)
    if ('error' in answer || answer.status !== 200) {
      const why = 'error' in answer ? answer.error : String(answer.status)
      report('models', 'fail', `model \`${name}\`: it does not know \`${id}\` (${why})`)
      continue
    }
    const { max_input_tokens: told } = (answer.body ?? {}) as { max_input_tokens?: unknown }
    const most = typeof told === 'number' && told > 0 ? told : null
    checkModel({ name, model: { id, context }, served: new Set([id]), context: most }, report)
  }
}

/** LiteLLM's word for a key that it could not look up: it has no database, or has lost it. */
const NO_DATABASE = 'no_db_connection'

function checkStatus(
  { status, body }: { status: number; body: unknown },
  path: string,
  report: Report,
): boolean {
  if (errorType(body) === NO_DATABASE) reportNoDatabase(status, path, report)
  else if (status === 401 || status === 403) {
    report(
      'key',
      'fail',
      `it refuses our key (${status} on GET ${path})`,
      'check `key` in backends.yaml and its variable',
    )
  } else if (status !== 200) {
    report(
      'models',
      'fail',
      `GET ${path} is answered with ${status}`,
      'is the path in `url` right? `/v1` is the default',
    )
  }
  return status === 200
}

function reportNoDatabase(status: number, path: string, report: Report): void {
  const lost = status >= 500
  report(
    'key',
    'fail',
    `it cannot look our key up (${status} on GET ${path}): it ${lost ? 'does not reach its' : 'has no'} database`,
    lost
      ? 'bring its database back, or use its master key'
      : 'without one only its master key works: use that, or give it a `database_url`',
  )
}

function errorType(body: unknown): unknown {
  const { error } = (body ?? {}) as { error?: { type?: unknown } | null }
  return error?.type
}

interface DeclaredModel {
  name: string
  model: BackendModel
  served: ReadonlySet<string>
  /** As the backend says, null when it does not. */
  context: number | null
}

function checkModel({ name, model, served, context }: DeclaredModel, report: Report): void {
  if (!served.has(model.id)) {
    const some = [...served].slice(0, 10).join(', ') || 'nothing'
    report('models', 'fail', `model \`${name}\`: it does not serve \`${model.id}\``, `it serves ${some}`)
    return
  }
  if (model.context === null || context === null) {
    report('models', 'ok', `model \`${name}\`: serves \`${model.id}\``)
  } else if (model.context > context) {
    const help = 'longer prompts would fail there: lower `context`, or raise it on the backend'
    report(
      'context',
      'fail',
      `model \`${name}\`: context is ${model.context} here and ${context} there`,
      help,
    )
  } else if (model.context < context) {
    report('context', 'warn', `model \`${name}\`: context is ${model.context} here and ${context} there`)
  } else {
    report('models', 'ok', `model \`${name}\`: serves \`${model.id}\`, context ${context}`)
  }
}

/** Ollama lists `name:latest` and answers to `name`. */
function servedIds(answer: Exclude<Answer, { error: string }>): Set<string> | null {
  const { data } = (answer.body ?? {}) as { data?: unknown }
  if (!Array.isArray(data)) return null
  const ids = data.flatMap((entry: unknown) => {
    const { id } = (entry ?? {}) as { id?: unknown }
    return typeof id === 'string' ? [id] : []
  })
  return new Set(ids.flatMap((id) => (id.endsWith(':latest') ? [id, id.slice(0, -':latest'.length)] : [id])))
}
