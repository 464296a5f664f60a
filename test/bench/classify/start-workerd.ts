/** The bench inside the pinned workerd, with the configuration and the engine's flags that the edge has. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { unixRequest } from '../../../src/control/unix-request.ts'
import { CONFIG_FILES, renderWorkerdConfig } from '../../../src/control/workerd-config.ts'
import type { Job } from './measure.ts'
import { guardedTable } from './tables.ts'
import type { Times } from './time.ts'

export interface Engine {
  name: string
  measure: (job: Job) => Promise<Times>
  stop: () => Promise<void>
}

const START_MS = 15_000
const MEASURE_MS = 60_000

/** @throws Error when it does not start, or stops answering */
export async function startWorkerd(): Promise<Engine> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-bench-'))
  await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile: join(dir, CONFIG_FILES.worker),
    bundle: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    logLevel: 'warning',
  })
  const socketPath = join(dir, 'edge.sock')
  const config = {
    name: 'bench',
    http: false,
    https: false,
    edgeSocket: socketPath,
    controlSocket: '/nowhere',
    backends: [],
  }
  await writeFile(join(dir, 'config.capnp'), renderWorkerdConfig(config))
  const binary = (createRequire(import.meta.url)('workerd') as { default: string }).default
  const child = spawn(binary, ['serve', join(dir, 'config.capnp')], { env: {}, stdio: 'ignore' })
  const ended = once(child, 'exit')
  const engine: Engine = {
    name: 'workerd',
    measure: async (job) => {
      const request = { socketPath, method: 'POST', path: '/', body: JSON.stringify(job) } as const
      const { status, body } = await unixRequest({ ...request, timeoutMs: MEASURE_MS })
      if (status !== 200) throw new Error(`workerd answered ${status}: ${body}`)
      return JSON.parse(body) as Times
    },
    stop: async () => {
      child.kill('SIGKILL')
      await ended
      await rm(dir, { recursive: true, force: true })
    },
  }
  try {
    await untilReady(engine)
  } catch (error) {
    await engine.stop()
    throw error
  }
  return engine
}

async function untilReady(engine: Engine): Promise<void> {
  const deadline = Date.now() + START_MS
  for (;;) {
    try {
      await engine.measure({ work: 'all', table: guardedTable, text: 'ready?' })
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(50)
    }
  }
}
