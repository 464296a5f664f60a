import { expect, it } from 'vitest'
import type { Answer, BackendClient } from '../../../../src/control/doctor/backend-client.ts'
import { askHealth, type Finding } from '../../../../src/control/probes/ask-health.ts'
import type { BackendKind } from '../../../../src/table/route-table.ts'
import { makeBackend } from '../../make-snapshot.ts'

/** Path → status, status with a body, or why there is no answer. */
type Answers = Record<string, number | string | { status: number; body: unknown }>

interface Row {
  name: string
  kind?: BackendKind
  path?: string
  known?: string
  answers: Answers
  finding: Finding
  /** What was asked, in order. */
  asked: string[]
}

const listOf = (owner: string): Answers[string] => ({
  status: 200,
  body: { data: [{ id: 'm', owned_by: owner }] },
})

const ROWS: Row[] = [
  {
    name: 'a hosted provider',
    answers: { '/v1/models': listOf('system') },
    finding: { up: true, detail: null, path: '/v1/models' },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'a list of models in no form that is known',
    answers: { '/v1/models': { status: 200, body: { data: [null, { owned_by: 7 }] } } },
    finding: { up: true, detail: null, path: '/v1/models' },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'vLLM, at first',
    answers: { '/v1/models': listOf('vllm') },
    finding: { up: true, detail: null, path: '/health' },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'vLLM from then on, whose engine has died',
    known: '/health',
    answers: { '/health': 503 },
    finding: { up: false, detail: '503 on GET /health', path: null },
    asked: ['/health'],
  },
  {
    name: 'llama.cpp, known already',
    known: '/health',
    answers: { '/health': 200 },
    finding: { up: true, detail: null, path: '/health' },
    asked: ['/health'],
  },
  {
    name: 'another server in the place of llama.cpp',
    known: '/health',
    answers: { '/health': 404 },
    finding: { up: true, detail: '404 on GET /health', path: null },
    asked: ['/health'],
  },
  {
    name: 'llama.cpp that loads its model',
    answers: { '/v1/models': { status: 503, body: { error: { message: 'Loading model' } } } },
    finding: { up: false, detail: '503 on GET /v1/models: it loads its model', path: null },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'llama.cpp that is declared as such, and loads its model',
    kind: 'llamacpp',
    answers: { '/health': { status: 503, body: { error: { code: 503, message: 'Loading model' } } } },
    finding: { up: false, detail: '503 on GET /health: it loads its model', path: null },
    asked: ['/health'],
  },
  {
    name: 'vLLM that is declared as such',
    kind: 'vllm',
    answers: { '/health': 200 },
    finding: { up: true, detail: null, path: '/health' },
    asked: ['/health'],
  },
  {
    name: 'mlx',
    kind: 'mlx',
    answers: { '/health': { status: 200, body: { status: 'ok' } } },
    finding: { up: true, detail: null, path: '/health' },
    asked: ['/health'],
  },
  {
    name: 'Anthropic',
    kind: 'anthropic',
    answers: { '/v1/models': { status: 200, body: { data: [{ id: 'claude', type: 'model' }] } } },
    finding: { up: true, detail: null, path: '/v1/models' },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'a host that is off',
    answers: { '/v1/models': 'connect ECONNREFUSED' },
    finding: { up: false, detail: 'connect ECONNREFUSED', path: null },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'a server that refuses our key',
    answers: { '/v1/models': 401 },
    finding: { up: true, detail: '401 on GET /v1/models', path: null },
    asked: ['/v1/models with the key'],
  },
  {
    name: 'ollama',
    kind: 'ollama',
    answers: {
      '/api/version': { status: 200, body: { version: '0.12' } },
      '/api/ps': {
        status: 200,
        body: { models: [{ name: 'qwen3:8b' }, { model: 'llama3:latest' }, null, {}] },
      },
    },
    finding: { up: true, detail: null, path: '/api/version', loaded: ['llama3:latest', 'qwen3:8b'] },
    asked: ['/api/version', '/api/ps'],
  },
  {
    name: 'ollama that does not tell what it has loaded',
    kind: 'ollama',
    answers: { '/api/version': 200, '/api/ps': 404 },
    finding: { up: true, detail: null, path: '/api/version' },
    asked: ['/api/version', '/api/ps'],
  },
  {
    name: 'ollama that is down is asked nothing more',
    kind: 'ollama',
    answers: { '/api/version': 502 },
    finding: { up: false, detail: '502 on GET /api/version', path: null },
    asked: ['/api/version'],
  },
  {
    name: 'opencode, which wants its password even here',
    kind: 'opencode',
    answers: { '/global/health': 401 },
    finding: { up: true, detail: '401 on GET /global/health', path: null },
    asked: ['/global/health'],
  },
  {
    name: 'litellm with its database',
    kind: 'litellm',
    answers: { '/health/liveliness': 200, '/health/readiness': { status: 200, body: { db: 'connected' } } },
    finding: { up: true, detail: null, path: '/health/liveliness' },
    asked: ['/health/liveliness', '/health/readiness'],
  },
  {
    name: 'litellm that has lost its database serves on',
    kind: 'litellm',
    answers: {
      '/health/liveliness': 200,
      '/health/readiness': { status: 503, body: { db: 'disconnected' } },
    },
    finding: { up: true, detail: 'its database is disconnected', path: '/health/liveliness' },
    asked: ['/health/liveliness', '/health/readiness'],
  },
  {
    name: 'litellm that is down is asked nothing more',
    kind: 'litellm',
    answers: { '/health/liveliness': 500 },
    finding: { up: false, detail: '500 on GET /health/liveliness', path: null },
    asked: ['/health/liveliness'],
  },
  {
    name: 'a path of the policy that says yes',
    path: '/status',
    answers: { '/status': 204 },
    finding: { up: true, detail: null, path: '/status' },
    asked: ['/status with the key'],
  },
  {
    name: 'a path of the policy that says no',
    kind: 'ollama',
    path: '/status',
    answers: { '/status': 404 },
    finding: { up: false, detail: '404 on GET /status', path: '/status' },
    asked: ['/status with the key'],
  },
]

it.each(ROWS)('$name', async ({ kind = 'openai', path = null, known = null, answers, finding, asked }) => {
  const seen: string[] = []
  const say = (at: string): Promise<Answer> => {
    const answer = answers[at.replace(' with the key', '')]
    seen.push(at)
    if (typeof answer === 'object') return Promise.resolve(answer)
    return Promise.resolve(
      typeof answer === 'number' ? { status: answer, body: '' } : { error: answer ?? 'not expected' },
    )
  }
  const client: BackendClient = {
    ask: (at) => say(`${at} with the key`),
    askOpenly: say,
    root: '',
    close: () => Promise.resolve(),
  }
  const backend = makeBackend({ kind, health: { path, intervalMs: 15_000, timeoutMs: 3000 } })
  expect(await askHealth(backend, client, known)).toEqual(finding)
  expect(seen).toEqual(asked)
})
