/** A real LiteLLM proxy on loopback whose models answer from its own mocks, so that nothing leaves the machine. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const MASTER_KEY = 'sk-real-suite-master-key'
export const PARROT_SAYS = 'A parrot says hello from LiteLLM.'

// Three at once import half of PyPI on two cores.
const START_MS = 180_000
const STOP_MS = 10_000

const mock = (name: string, answer: unknown): object => ({
  model_name: name,
  litellm_params: { model: `openai/${name}`, api_key: 'none', mock_response: answer },
})

const CONFIG = {
  model_list: [
    mock('parrot', PARROT_SAYS),
    mock('busy', 'litellm.RateLimitError'),
    mock('broken', 'litellm.InternalServerError'),
    mock('full', 'litellm.ContextWindowExceededError'),
    mock('vector', [0.25, 0.5, 0.75]),
  ],
  // What the gateway must switch off per request, and what `aicc doctor` warns of.
  router_settings: { fallbacks: [{ broken: ['parrot'] }], num_retries: 3 },
  general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
  litellm_settings: { telemetry: false, callbacks: 'spy.handler' },
}

/** A callback of its own that writes down the text of every request it is told of. */
const SPY = `import os
from litellm.integrations.custom_logger import CustomLogger

class Spy(CustomLogger):
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        with open(os.environ["SPY_LOG"], "a") as log:
            log.write(str(kwargs.get("messages")) + "\\n")

handler = Spy()
`

export interface LiteLlm {
  origin: string
  /** What its callback was told so far. */
  logged: () => Promise<string>
  stop: () => Promise<void>
}

export interface LiteLlmOptions {
  /** Models that it has from a server which speaks OpenAI's protocol, beside its mocks. */
  relayed?: { origin: string; models: readonly string[] }
  /** More of `litellm_settings`. */
  settings?: object
  /** More of its environment. */
  env?: Readonly<Record<string, string>>
}

/** @param bin folder of programs of the environment that LiteLLM is installed in */
export async function startLiteLlm(
  bin: string,
  { relayed, settings, env }: LiteLlmOptions = {},
): Promise<LiteLlm> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-litellm-'))
  const config = join(folder, 'config.yaml')
  const more = (relayed?.models ?? []).map((name) => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_key: 'none', api_base: `${relayed?.origin}/v1` },
  }))
  const written = {
    ...CONFIG,
    model_list: [...CONFIG.model_list, ...more],
    litellm_settings: { ...CONFIG.litellm_settings, ...settings },
  }
  await writeFile(config, JSON.stringify(written))
  await writeFile(join(folder, 'spy.py'), SPY)
  const log = join(folder, 'spy.log')
  await writeFile(log, '')
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const flags = ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1']
  // After five idle seconds it closes a connection, on a starved machine also one on which a request has just come.
  flags.push('--keepalive_timeout', '600')

  let output = ''
  const child = spawn(join(bin, 'litellm'), flags, {
    cwd: folder,
    env: { ...environment(bin), SPY_LOG: log, ...env },
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
    await rm(folder, { recursive: true, force: true })
  }
  const deadline = performance.now() + START_MS
  while (!(await isAlive(origin))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop()
      throw new Error(`LiteLLM did not start; it wrote:\n${output}`)
    }
    await sleep(200)
  }
  return { origin, logged: () => readFile(log, 'utf8'), stop }
}

/** Not the caller's: keys of real providers have no business here. */
function environment(bin: string): NodeJS.ProcessEnv {
  return {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: process.env['HOME'],
    LANG: 'C.UTF-8',
    LITELLM_MASTER_KEY: MASTER_KEY,
    // The list of prices that it ships, instead of the newest from the internet.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    DISABLE_ADMIN_UI: 'True',
  }
}

async function isAlive(origin: string): Promise<boolean> {
  const request = fetch(`${origin}/health/liveliness`, { signal: AbortSignal.timeout(2000) })
  return await request.then(
    (response) => response.ok,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
