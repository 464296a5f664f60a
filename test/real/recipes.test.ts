/** The pages of docs/integrations/ and the README as they stand there: their files written down, their commands run. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runtime } from '../conformance/harness/start-gateway.ts'
import { opencodeProgram } from './opencode-server.ts'
import { pythonEnvironment } from './python-environment.ts'
import { type SdkWorld, startSdkWorld } from './sdk-world.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RUNTIMES: readonly Runtime[] = ['workerd', 'node']
// Only what hangs takes as long: CrewAI alone needs a minute to start where others want the machine too.
const COMMAND_MS = 300_000

/** One page instead of those that are run everywhere: CrewAI brings more than a gigabyte, so only `npm run soak` asks for it. */
const only = process.env['AICC_RECIPE']
const isRun = (page: string): boolean => (only === undefined ? page !== 'crewai' : page === only)

const sdks = await pythonEnvironment('sdks')
const litellm = await pythonEnvironment('litellm')
const opencode = await opencodeProgram()
const crewai = isRun('crewai') ? await pythonEnvironment('crewai') : null

interface Recipe {
  page: string
  /** Folder of the programs that it needs beside those of every machine; null = not to be had here. */
  bin: string | null
  /** How often the answer is heard. */
  times: number
  /** What else must be seen. */
  says?: string
}

const binOf = (environment: object | null): string | null =>
  environment !== null && 'bin' in environment && typeof environment.bin === 'string' ? environment.bin : null

const RECIPES: readonly Recipe[] = [
  { page: 'curl', bin: '', times: 2 },
  { page: 'openai-sdk', bin: binOf(sdks), times: 4 },
  { page: 'anthropic-sdk', bin: binOf(sdks), times: 4 },
  { page: 'langchain', bin: binOf(sdks), times: 4 },
  { page: 'litellm', bin: binOf(litellm), times: 4, says: "['get_weather']\n" },
  { page: 'crewai', bin: binOf(crewai), times: 2 },
  { page: 'opencode-client', bin: 'binary' in opencode ? dirname(opencode.binary) : null, times: 1 },
]

/** A page's code: files, which begin with a comment that names them, and commands, each with those before it. */
function blocksOf(page: string): { files: Map<string, string>; command: string }[] {
  const files = new Map<string, string>()
  const blocks: { files: Map<string, string>; command: string }[] = []
  for (const [, language, code = ''] of page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)) {
    const name = /^(?:\/\/|#) ([\w.]+)\n/.exec(code)?.[1]
    if (language === 'sh') blocks.push({ files: new Map(files), command: code })
    else if (name !== undefined) files.set(name, code)
  }
  return blocks
}

describe.each(RUNTIMES)('recipes before a gateway on %s', (runtime) => {
  let world: SdkWorld
  let folder: string

  beforeAll(async () => {
    world = await startSdkWorld(runtime)
    folder = await mkdtemp(join(tmpdir(), 'aicc-recipes-'))
    await symlink(join(world.gateway.folder, 'state'), join(folder, '.aicc'))
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  })

  afterAll(async () => {
    await world?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The one thing that differs from the page: on which port the gateway listens. */
  const here = (code: string): string => code.replaceAll('https://localhost:8443', world.origin)

  const runPage = async (path: string, bin: string): Promise<string> => {
    const said: string[] = []
    const page = await readFile(join(ROOT, path), 'utf8')
    for (const { files, command } of blocksOf(page)) {
      if (!command.includes('https://localhost:8443') && files.size === 0) continue
      for (const [name, code] of files) await writeFile(join(folder, name), here(code))
      const running = run('bash', ['-euc', here(command)], {
        cwd: folder,
        env: {
          PATH: [bin, dirname(process.execPath), process.env['PATH']].filter(Boolean).join(':'),
          HOME: folder,
          OPENCODE_DISABLE_MODELS_FETCH: '1',
          OPENCODE_DISABLE_AUTOUPDATE: '1',
          OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
          LITELLM_LOCAL_MODEL_COST_MAP: 'True',
          // Whatever they would fetch is refused at once.
          HTTPS_PROXY: 'http://127.0.0.1:9',
          NO_PROXY: '127.0.0.1,localhost',
        },
        timeout: COMMAND_MS,
      })
      // OpenCode waits for the end of what it is told that way.
      running.child.stdin?.end()
      const { stdout, stderr } = await running
      said.push(stdout, stderr)
    }
    return said.join('')
  }

  for (const { page, bin, times, says = '' } of RECIPES) {
    it.skipIf(bin === null || !isRun(page))(
      `docs/integrations/${page}.md`,
      { timeout: COMMAND_MS },
      async () => {
        const said = await runPage(`docs/integrations/${page}.md`, bin ?? '')
        expect(said.split('Hello there').length - 1, said).toBeGreaterThanOrEqual(times)
        expect(said).toContain(says)
        if (page === 'opencode-client') {
          const asked = world.upstream.requestsFor('hub/plain').map(({ body }) => body.toString())
          expect(asked.some((body) => body.includes('"tools":[{') && body.includes('"stream":true'))).toBe(
            true,
          )
        }
      },
    )
  }

  it.skipIf(binOf(sdks) === null || !isRun('README'))('README.md', async () => {
    const said = await runPage('README.md', binOf(sdks) ?? '')
    // curl shows a stream as it is, in pieces.
    expect(said).toContain('[DONE]')
    expect(said).toContain('Hello there')
  })

  it('is complete: a page that is said to be run here is', async () => {
    const index = await readFile(join(ROOT, 'docs/integrations/README.md'), 'utf8')
    const named = index.matchAll(/\]\(([\w-]+)\.md\)[^|]*\|[^|]*\| *(?:`(?:test\/real\/)?recipes|the same)/g)
    expect(new Set([...named].map(([, page]) => page))).toEqual(new Set(RECIPES.map(({ page }) => page)))
  })
})
