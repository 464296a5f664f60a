/** Servers of a random little model, on loopback. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Llama } from './build-llama.ts'

const MAKE_MODEL = fileURLToPath(new URL('make_model.py', import.meta.url))
const START_MS = 120_000
const STOP_MS = 10_000

/** `own` is llama.cpp's; `python` that of llama-cpp-python. */
export type LlamaKind = 'own' | 'python'

export interface LlamaServer {
  origin: string
  stop: () => Promise<void>
}

/** Tokens that one request may have, question and answer together. */
export const CONTEXT = 32_768

export async function startLlama(kind: LlamaKind, { python, server }: Llama): Promise<LlamaServer> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-llama-'))
  const model = join(folder, 'tiny.gguf')
  await promisify(execFile)(python, [MAKE_MODEL, model])
  const port = await freePort()
  const where = ['--model', model, '--host', '127.0.0.1', '--port', String(port)]
  const [program, args] =
    kind === 'own'
      ? [
          server,
          [
            '--alias',
            'tiny',
            '-c',
            String(2 * CONTEXT),
            '-np',
            '2',
            '-t',
            '1',
            '--embeddings',
            '--pooling',
            'mean',
          ],
        ]
      : [
          python,
          ['-m', 'llama_cpp.server', '--model_alias', 'tiny', '--n_ctx', String(CONTEXT), '--n_threads', '1'],
        ]
  const child = spawn(program, [...args, ...where], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.on('error', (error) => (output += String(error)))
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4000)))
  }
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(timer)
    await rm(folder, { recursive: true, force: true })
  }
  const origin = `http://127.0.0.1:${port}`
  const deadline = performance.now() + START_MS
  while (!(await isAlive(origin))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop()
      throw new Error(`the server did not start; it wrote:\n${output}`)
    }
    await sleep(200)
  }
  return { origin, stop }
}

async function isAlive(origin: string): Promise<boolean> {
  return await fetch(`${origin}/v1/models`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
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
