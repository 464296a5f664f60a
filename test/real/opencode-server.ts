/**
 * A real OpenCode server on loopback, offline: the program comes from npm once, into `.venv/`; its only provider is
 * a server of the test's own.
 */
import { execFile, spawn } from 'node:child_process'
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The adapter speaks to 1.x; 2.x has another API. */
const VERSION = '1.18.33'
const FOLDER = fileURLToPath(new URL('../../.venv/opencode', import.meta.url))
const BINARY = join(FOLDER, `node_modules/opencode-${process.platform}-${process.arch}/bin/opencode`)
const INSTALL_MS = 300_000
const START_MS = 60_000
const STOP_MS = 5000

export const PASSWORD = 'opencode-real-suite'

/** @returns the program, or why there is none on this machine */
export async function opencodeProgram(): Promise<{ binary: string } | { missing: string }> {
  const isThere = (): Promise<boolean> =>
    access(BINARY).then(
      () => true,
      () => false,
    )
  if (await isThere()) return { binary: BINARY }
  await mkdir(FOLDER, { recursive: true })
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', FOLDER]
  try {
    await run('npm', [...install, `opencode-ai@${VERSION}`], { timeout: INSTALL_MS })
  } catch (error) {
    return { missing: `npm could not install opencode-ai: ${String(error).slice(0, 200)}` }
  }
  return (await isThere()) ? { binary: BINARY } : { missing: 'no OpenCode for this kind of machine' }
}

export interface OpenCodeServer {
  origin: string
  /** Sessions that it has kept. */
  sessions: () => Promise<string[]>
  stop: () => Promise<void>
}

/** @param provider origin of a server that speaks OpenAI's chat API; its models are `mock/<id>` */
export async function startOpenCode(
  binary: string,
  provider: string,
  models: readonly string[],
): Promise<OpenCodeServer> {
  const home = await mkdtemp(join(tmpdir(), 'aicc-opencode-'))
  const work = join(home, 'work')
  await mkdir(work)
  const served = Object.fromEntries(
    models.map((id) => [
      id,
      {
        reasoning: true,
        attachment: true,
        tool_call: true,
        // Else it tells the model that the image could not be read, in its place.
        modalities: { input: ['text', 'image'], output: ['text'] },
        limit: { context: 8192, output: 1024 },
      },
    ]),
  )
  const config = {
    autoupdate: false,
    share: 'disabled',
    snapshot: false,
    enabled_providers: ['mock'],
    model: `mock/${models[0]}`,
    agent: {
      gateway: { mode: 'primary', prompt: 'You are a plain chat model.', permission: { '*': 'deny' } },
      title: { disable: true },
    },
    provider: {
      mock: {
        npm: '@ai-sdk/openai-compatible',
        options: { baseURL: `${provider}/v1`, apiKey: 'sk-mock-provider-key' },
        models: served,
      },
    },
  }
  await writeFile(join(work, 'opencode.json'), JSON.stringify(config))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  let output = ''
  const child = spawn(binary, ['serve', '--hostname', '127.0.0.1', '--port', String(port), '--pure'], {
    cwd: work,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      OPENCODE_SERVER_PASSWORD: PASSWORD,
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      // Whatever it would fetch is refused at once.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1,localhost',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.on('error', (error) => (output += String(error)))
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
  const headers = { authorization: `Basic ${btoa(`opencode:${PASSWORD}`)}` }
  const ask = (path: string): Promise<Response> =>
    fetch(origin + path, { headers, signal: AbortSignal.timeout(2000) })
  const deadline = Date.now() + START_MS
  for (;;) {
    const isWell = await ask('/global/health').then(
      ({ ok }) => ok,
      () => false,
    )
    if (isWell) break
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop()
      throw new Error(`OpenCode did not start:\n${output.slice(-2000)}`)
    }
    await sleep(100)
  }
  return {
    origin,
    stop,
    sessions: async () => {
      const kept = (await (await ask('/session')).json()) as { id: string }[]
      return kept.map(({ id }) => id)
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
