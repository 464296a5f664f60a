/**
 * The tests that OpenAI and Anthropic ship with their Python clients, which want a server: here it is the gateway, before
 * backends that speak what is asked and before others for which it translates. They hold every answer against the clients'
 * own types, strictly, by three HTTP clients each.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackendConfig } from '../../compiler/config/backends.ts'
import { ALL_SURFACES, SURFACE_TRAITS } from '../../src/table/surfaces.ts'
import { type Gateway, type Runtime, startGateway } from '../conformance/harness/start-gateway.ts'
import { replyOf } from '../protocols/answers.ts'
import { type Recorded, type RecordingUpstream, startUpstream } from '../upstream/recording-upstream.ts'
import { json, type Reply } from '../upstream/reply.ts'
import { pythonEnvironment } from './python-environment.ts'
import { sdkSources } from './sdk-sources.ts'
import { type Library, type LeftOut, testsOf } from './sdk-tests-left-out.ts'

const run = promisify(execFile)
const HERE = dirname(fileURLToPath(import.meta.url))
const TESTS_MS = 120_000
const OUTPUT_BYTES = 64 * 1024 * 1024

const environment = await pythonEnvironment('sdks')
const sources = 'missing' in environment ? environment : await sdkSources(environment.bin)
if ('missing' in sources) console.log(`The vendors' own tests are skipped: ${sources.missing}`)

/** Keys that the tests send. The gateway takes none with spaces from an environment, but knows any by its hash. */
const KEYS: Readonly<Record<Library, string>> = {
  openai: 'My API Key',
  anthropic: 'my-anthropic-api-key',
}

/** Names that the tests ask for in paths; bodies may name any. */
const MODELS = ['gpt-6-astra', 'model_id', '*']

/** What OpenAI has its own values for where requests of its tests do not tell; the gateway wants a model in any case. */
const GIVEN: Readonly<Record<Library, Record<string, Record<string, string>>>> = {
  openai: {
    '/moderations': { model: 'unnamed' },
    '/images/generations': { model: 'unnamed' },
    '/responses': { model: 'unnamed', input: 'Say hello.' },
  },
  anthropic: {},
}

interface World {
  runtime: Runtime
  backend: 'native' | 'chat' | 'messages'
}

/** All on each runtime would show little more, and take twice the time. */
const WORLDS: readonly World[] = [
  { runtime: 'workerd', backend: 'native' },
  { runtime: 'node', backend: 'messages' },
  { runtime: 'node', backend: 'chat' },
]

interface Report {
  /** By name of the test: how it ended, and the last words of what failed. */
  outcomes: Record<string, [outcome: 'passed' | 'failed' | 'skipped', ...said: string[]]>
  /** Globs that fit no test. */
  idle: string[]
  leftOut: number
}

function backendOf(backend: World['backend'], origin: string): BackendConfig {
  const models = Object.fromEntries(MODELS.map((name) => [name, { id: name }]))
  const shared = { url: `${origin}/v1`, health: 'off', models } as const
  if (backend === 'messages') return { ...shared, kind: 'anthropic' }
  if (backend === 'chat') return { ...shared, kind: 'openai', speaks: ['chat'] }
  return { ...shared, kind: 'openai', speaks: [...ALL_SURFACES], keepsState: true }
}

function answer({ path, body }: Recorded): Reply {
  const wire = ALL_SURFACES.find((surface) => path.endsWith(`/v1${SURFACE_TRAITS[surface].backendPath}`))
  if (wire === undefined) return json(404, {})
  return replyOf(wire, 'plain', /"stream" ?: ?true/.test(body.toString()))
}

const start = ({ runtime, backend }: World, upstream: RecordingUpstream): Promise<Gateway> =>
  startGateway({
    runtime,
    backends: { backends: { b: backendOf(backend, upstream.origin) } },
    policy: {
      breaker: 'off',
      retry: { times: 0 },
      models: Object.fromEntries(
        MODELS.map((name) => [name, { targets: [`b/${name}`], serverTools: 'allow' }]),
      ),
    },
    clients: {
      clients: Object.fromEntries(
        Object.entries(KEYS).map(([library, key]) => {
          const sha256 = createHash('sha256').update(key).digest('hex')
          return [library, { keys: [{ sha256 }], models: '*' }]
        }),
      ),
    },
  })

async function runTests(
  library: Library,
  { backend }: World,
  { run: { http }, folder }: Gateway,
): Promise<Report> {
  if (!('folder' in sources) || !('bin' in environment)) throw new Error('there is nothing to run')
  const { files, leftOut } = testsOf(library, backend)
  const settings = join(folder, `${library}.json`)
  const report = join(folder, `${library}-report.json`)
  const globs = leftOut.flatMap(({ tests }: LeftOut) => tests)
  await writeFile(settings, JSON.stringify({ leftOut: globs, given: GIVEN[library], report }))
  const options = [
    '-q',
    '-p',
    'no:cacheprovider',
    '-p',
    'sdk_tests_plugin',
    '-o',
    'addopts=',
    '--tb=short',
    '--assert=plain',
  ]
  const paths = files.map((file) => `tests/api_resources/${file}`)
  const ran = await run(join(environment.bin, 'python'), ['-m', 'pytest', ...options, ...paths], {
    cwd: join(sources.folder, library),
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PYTHONPATH: HERE,
      TEST_API_BASE_URL: `http://127.0.0.1:${http.port}${library === 'openai' ? '/v1' : ''}`,
      AICC_SDK_TESTS: settings,
    },
    timeout: TESTS_MS,
    maxBuffer: OUTPUT_BYTES,
    // Failed tests are in the report, and told one by one.
  }).catch((error: unknown) => error as { stdout: string; stderr: string })
  try {
    return JSON.parse(await readFile(report, 'utf8')) as Report
  } catch {
    throw new Error(`pytest wrote no report, but:\n${ran.stdout}\n${ran.stderr}`)
  }
}

describe.skipIf('missing' in sources).each(WORLDS)(
  'the tests of the Python clients on $runtime, before a backend that speaks: $backend',
  (world) => {
    const libraries = (['openai', 'anthropic'] as const).filter(
      (library) => testsOf(library, world.backend).files.length > 0,
    )
    let upstream: RecordingUpstream
    let gateway: Gateway
    let reports: Partial<Record<Library, Report>>

    beforeAll(async () => {
      upstream = await startUpstream()
      upstream.otherwise(answer)
      gateway = await start(world, upstream)
      const entries = libraries.map(async (library) => [library, await runTests(library, world, gateway)])
      reports = Object.fromEntries(await Promise.all(entries)) as typeof reports
    })

    afterAll(async () => {
      for (const [library, { outcomes, leftOut }] of Object.entries(reports ?? {})) {
        const counts = Object.groupBy(Object.values(outcomes), ([outcome]) => outcome)
        const told = Object.entries(counts).map(([outcome, those]) => `${those.length} ${outcome}`)
        console.log(`${library}: ${told.join(', ')}, ${leftOut} left out`)
      }
      await gateway?.stop()
      await upstream?.close()
    })

    const files = libraries.flatMap((library) =>
      testsOf(library, world.backend).files.map((file) => ({ library, file })),
    )
    it.each(files)('$library: $file', ({ library, file }) => {
      const all = Object.entries(reports[library]?.outcomes ?? {}).filter(([test]) =>
        test.startsWith(`${file}::`),
      )
      expect(all).not.toEqual([])
      expect(all.filter(([, [outcome]]) => outcome === 'failed')).toEqual([])
    })

    it.each(libraries)('%s: leaves out only what is there', (library) => {
      expect(reports[library]?.idle).toEqual([])
    })
  },
)
