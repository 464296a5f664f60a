/**
 * The gateway between two programs that are not ours: OpenAI's Python client in front, over TLS with
 * the CA verified, and a LiteLLM proxy behind.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { LiteLlmBackendConfig } from '../../compiler/config/backends.ts'
import type { Finding } from '../../src/control/doctor/finding.ts'
import { createClient } from '../conformance/harness/client.ts'
import {
  type Gateway,
  type Policies,
  type Runtime,
  startGateway,
} from '../conformance/harness/start-gateway.ts'
import { type LiteLlm, MASTER_KEY, PARROT_SAYS, startLiteLlm } from './litellm-proxy.ts'
import { pythonEnvironment } from './python-environment.ts'

const run = promisify(execFile)
const CLI = fileURLToPath(new URL('../../compiler/commands/cli.ts', import.meta.url))
const CALLS = fileURLToPath(new URL('openai_calls.py', import.meta.url))
const CALLS_MS = 120_000
const DOCTOR_MS = 30_000
const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
const SECRETS = { REAL_LITELLM_KEY: MASTER_KEY, REAL_WRONG_KEY: 'sk-not-the-key-of-litellm' }

const peers = { litellm: await pythonEnvironment('litellm'), openai: await pythonEnvironment('openai') }
const missing = Object.entries(peers).flatMap(([name, peer]) =>
  'missing' in peer ? [`${name}: ${peer.missing}`] : [],
)
if (missing.length > 0) console.log(`real peers are skipped: ${missing.join('; ')}`)
const bin = (name: keyof typeof peers): string => ('bin' in peers[name] ? peers[name].bin : '')

/** What one call came to, as openai_calls.py prints it. */
interface Outcome {
  value?: unknown
  error?: string
  status?: number
  code?: string | null
  cause?: string
}

interface Diagnosis {
  code: number
  findings: Finding[]
}

const CLIENTS: Policies['clients'] = {
  clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } },
}
/** Doctor looks at the ports that the policy names; who else uses this machine's must not matter. */
const NO_PORTS = { https: '127.0.0.1:0', http: '127.0.0.1:0' }

const LITELLM_MODELS = ['parrot', 'busy', 'broken', 'full', 'vector']

function policiesFor(litellm: string): Policies {
  const served = Object.fromEntries(LITELLM_MODELS.map((name) => [name, { id: name }]))
  return {
    backends: {
      backends: {
        litellm: { kind: 'litellm', url: litellm, key: { env: 'REAL_LITELLM_KEY' }, models: served },
        stranger: {
          kind: 'litellm',
          url: litellm,
          key: { env: 'REAL_WRONG_KEY' },
          models: { parrot: { id: 'parrot' } },
        },
        demo: { kind: 'demo', models: { toy: { id: 'toy' } } },
      },
    },
    policy: {
      labels: { private: { mayReach: 'cloud' } },
      classify: { privacy: { label: 'private' } },
      models: {
        ...Object.fromEntries(LITELLM_MODELS.map((name) => [name, { targets: [`litellm/${name}`] }])),
        locked: { targets: ['stranger/parrot'] },
        toy: { targets: ['demo/toy'] },
        vectors: { targets: ['demo/toy'] },
      },
    },
    clients: CLIENTS,
  }
}

describe.skipIf(missing.length > 0)('with a real LiteLLM and the Python client', () => {
  let litellm: LiteLlm

  beforeAll(async () => {
    litellm = await startLiteLlm(bin('litellm'))
  })

  afterAll(async () => {
    await litellm?.stop()
  })

  it('LiteLLM falls back from `broken` when nobody tells it not to', async () => {
    const response = await fetch(`${litellm.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'broken', messages: [{ role: 'user', content: 'hello' }] }),
    })
    expect(await response.text()).toContain(PARROT_SAYS)
  })

  describe.each(RUNTIMES)('on %s', (runtime) => {
    let gateway: Gateway
    let outcomes: Record<string, Outcome>

    beforeAll(async () => {
      gateway = await startGateway({ runtime, ...policiesFor(litellm.origin), env: SECRETS })
      const url = `https://localhost:${gateway.run.https.port}/v1`
      const { stdout } = await run(
        join(bin('openai'), 'python'),
        [CALLS, url, join(gateway.folder, 'state/ca.crt')],
        { env: { PATH: process.env['PATH'], AICC_CLIENT_KEY: gateway.clientKey }, timeout: CALLS_MS },
      )
      outcomes = JSON.parse(stdout) as Record<string, Outcome>
    })

    afterAll(async () => {
      await gateway?.stop()
    })

    it.each<{ name: string; value: unknown }>([
      { name: 'models', value: [...LITELLM_MODELS, 'locked', 'toy', 'vectors'].sort() },
      { name: 'model', value: 'parrot' },
      {
        name: 'answer',
        value: {
          text: PARROT_SAYS,
          finish: 'stop',
          tokens: 30,
          backend: 'litellm',
          correlation: 'real-1',
        },
      },
      { name: 'stream', value: { text: PARROT_SAYS, finish: ['stop'], several: true, usage: true } },
      { name: 'many streams', value: [PARROT_SAYS] },
      {
        name: 'tool call',
        value: {
          finish: 'tool_calls',
          name: 'get_weather',
          arguments: { city: 'demo' },
          after: expect.stringContaining('The tool answered: sunny'),
        },
      },
      { name: 'tool stream', value: { name: 'get_weather', arguments: { city: 'demo' } } },
      { name: 'embeddings', value: { same: true, different: true, dimensions: 16 } },
      { name: 'embeddings of LiteLLM', value: [0.25, 0.5, 0.75] },
      { name: 'completion', value: expect.stringMatching(/demo toy model.*: hello$/) },
    ])('gives the client its $name', ({ name, value }) => {
      expect(outcomes[name]).toEqual({ value })
    })

    it.each<{ name: string; error: string; status: number; code: unknown }>([
      { name: 'no key', error: 'AuthenticationError', status: 401, code: 'missing_api_key' },
      { name: 'wrong key', error: 'PermissionDeniedError', status: 403, code: 'invalid_api_key' },
      { name: 'unknown model', error: 'NotFoundError', status: 404, code: 'model_not_found' },
      { name: 'request that LiteLLM refuses', error: 'BadRequestError', status: 400, code: '400' },
      { name: 'rate limit', error: 'RateLimitError', status: 429, code: '429' },
      { name: 'rate limit of a stream', error: 'RateLimitError', status: 429, code: '429' },
      { name: 'context too long', error: 'BadRequestError', status: 400, code: 'context_length_exceeded' },
      { name: 'server error', error: 'InternalServerError', status: 502, code: 'upstream_error' },
      { name: 'server error of a stream', error: 'InternalServerError', status: 502, code: 'upstream_error' },
      {
        name: 'key that LiteLLM refuses',
        error: 'InternalServerError',
        status: 502,
        code: 'upstream_auth_failed',
      },
      {
        name: 'key that LiteLLM refuses, streaming',
        error: 'InternalServerError',
        status: 502,
        code: 'upstream_auth_failed',
      },
    ])('raises $error for: $name', ({ name, ...expected }) => {
      expect(outcomes[name]).toEqual(expected)
    })

    it('has LiteLLM log nothing of a request with a label', async () => {
      const client = createClient(gateway)
      onTestFinished(() => client.close())
      const ask = async (content: string): Promise<void> => {
        const messages = [{ role: 'user', content: `${content} on ${runtime}` }]
        expect((await client.chat({ model: 'parrot', messages })).status).toBe(200)
      }
      await ask('write to ada@example.org')
      await ask('nothing private')
      await expect
        .poll(() => litellm.logged(), { timeout: 15_000 })
        .toContain(`nothing private on ${runtime}`)
      expect(await litellm.logged()).not.toContain('ada@example.org')
    })

    it('is not trusted by a client that does not know the CA', () => {
      expect(outcomes['unknown CA']).toEqual({
        error: 'APIConnectionError',
        cause: expect.stringContaining('CERTIFICATE_VERIFY_FAILED'),
      })
    })
  })

  describe('aicc doctor', () => {
    const doctor = async (change: Partial<LiteLlmBackendConfig>): Promise<Diagnosis> => {
      const backend: LiteLlmBackendConfig = {
        kind: 'litellm',
        url: litellm.origin,
        key: { env: 'REAL_LITELLM_KEY' },
        models: { parrot: { id: 'parrot' } },
        ...change,
      }
      const { code, findings } = await runDoctor({
        backends: { backends: { litellm: backend } },
        policy: { listen: NO_PORTS, models: { parrot: { targets: ['litellm/parrot'] } } },
        clients: CLIENTS,
      })
      return { code, findings: findings.filter(({ subject }) => subject === 'backend litellm') }
    }

    it('finds the declared models, and warns of fallbacks of its own', async () => {
      const { code, findings } = await doctor({})
      expect(code).toBe(0)
      expect(findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check)).toEqual(
        expect.arrayContaining(['reachable', 'models', 'ready']),
      )
      expect(findings).toContainEqual(
        expect.objectContaining({
          check: 'fallbacks',
          verdict: 'warn',
          message: expect.stringContaining('has fallbacks of its own'),
        }),
      )
    })

    it('misses a model that LiteLLM does not have', async () => {
      const { code, findings } = await doctor({ models: { parrot: { id: 'parot' } } })
      expect(code).toBe(2)
      expect(findings).toContainEqual(
        expect.objectContaining({
          check: 'models',
          verdict: 'fail',
          help: expect.stringContaining('parrot'),
        }),
      )
    })

    it.each([
      { name: 'a key that LiteLLM refuses', change: { key: { env: 'REAL_WRONG_KEY' } } },
      { name: 'a LiteLLM that is not there', change: { url: 'http://127.0.0.1:81' } },
    ])('fails for $name', async ({ change }) => {
      const { code, findings } = await doctor(change)
      expect({ code, failed: findings.some(({ verdict }) => verdict === 'fail') }).toEqual({
        code: 2,
        failed: true,
      })
    })
  })
})

async function runDoctor(policies: Policies): Promise<Diagnosis> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-doctor-'))
  try {
    await mkdir(join(folder, 'policies'))
    for (const name of ['policy', 'backends', 'clients'] as const) {
      await writeFile(join(folder, 'policies', `${name}.yaml`), JSON.stringify(policies[name]))
    }
    const options = {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...SECRETS },
      timeout: DOCTOR_MS,
    }
    const { code, stdout } = await run(process.execPath, [CLI, 'doctor', '--json'], options).then(
      ({ stdout: text }) => ({ code: 0, stdout: text }),
      (error: { code: number; stdout: string }) => error,
    )
    return { code, findings: JSON.parse(stdout) as Finding[] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
