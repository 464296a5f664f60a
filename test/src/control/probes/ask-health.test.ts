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

const ROWS: Row[] = [
  {
    name: 'openai with a health page',
    answers: { '/health': 200 },
    finding: { up: true, detail: null, path: '/health' },
    asked: ['/health'],
  },
  {
    name: 'openai without one',
    answers: { '/health': 404, '/v1/models': 200 },
    finding: { up: true, detail: null, path: '/v1/models' },
    asked: ['/health', '/v1/models'],
  },
  {
    name: 'openai, known already',
    known: '/v1/models',
    answers: { '/v1/models': 200 },
    finding: { up: true, detail: null, path: '/v1/models' },
    asked: ['/v1/models'],
  },
  {
    name: 'llama.cpp that loads its model',
    answers: { '/health': { status: 503, body: { error: { message: 'Loading model' } } } },
    finding: { up: false, detail: '503 on GET /health', path: null },
    asked: ['/health'],
  },
  {
    name: 'a host that is off',
    answers: { '/health': 'connect ECONNREFUSED' },
    finding: { up: false, detail: 'connect ECONNREFUSED', path: null },
    asked: ['/health'],
  },
  {
    name: 'a server that refuses our key',
    answers: { '/health': 404, '/v1/models': 401 },
    finding: { up: true, detail: '401 on GET /v1/models', path: '/v1/models' },
    asked: ['/health', '/v1/models'],
  },
  {
    name: 'a proxy before a server that is off',
    answers: { '/health': 502, '/v1/models': 502 },
    finding: { up: false, detail: '502 on GET /v1/models', path: null },
    asked: ['/health', '/v1/models'],
  },
  {
    name: 'ollama',
    kind: 'ollama',
    answers: { '/api/version': { status: 200, body: { version: '0.12' } } },
    finding: { up: true, detail: null, path: '/api/version' },
    asked: ['/api/version'],
  },
  {
    name: 'opencode, which wants its password even here',
    kind: 'opencode',
    answers: { '/global/health': 401 },
    finding: { up: true, detail: '401 on GET /global/health', path: '/global/health' },
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
    asked: ['/status'],
  },
  {
    name: 'a path of the policy that says no',
    kind: 'ollama',
    path: '/status',
    answers: { '/status': 404 },
    finding: { up: false, detail: '404 on GET /status', path: '/status' },
    asked: ['/status'],
  },
]

it.each(ROWS)('$name', async ({ kind = 'openai', path = null, known = null, answers, finding, asked }) => {
  const seen: string[] = []
  const client: BackendClient = {
    ask: (at) => {
      seen.push(at)
      const answer = answers[at]
      const said: Answer =
        typeof answer === 'object'
          ? answer
          : typeof answer === 'number'
            ? { status: answer, body: '' }
            : { error: answer ?? 'not expected' }
      return Promise.resolve(said)
    },
    root: '',
    close: () => Promise.resolve(),
  }
  const backend = makeBackend({ kind, health: { path, intervalMs: 15_000, timeoutMs: 3000 } })
  expect(await askHealth(backend, client, known)).toEqual(finding)
  expect(seen).toEqual(asked)
})
