/** The bench inside the pinned workerd, with the configuration and the engine's flags that the edge has. On Linux. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { unixRequest } from '../../../src/control/unix-request.ts'
import { CONFIG_FILES, renderWorkerdConfig } from '../../../src/control/workerd-config.ts'
import { bundle } from './bundle.ts'
import type { Engine } from './time.ts'

const START_MS = 15_000
const MEASURE_MS = 60_000

/** @throws Error when it does not start, or stops answering */
export async function startWorkerd(): Promise<Engine> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-bench-'))
  await bundle('worker.ts', join(dir, CONFIG_FILES.worker), 'neutral')
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
  const ask = async (method: 'PUT' | 'POST', path: string, body?: string): Promise<void> => {
    const request = {
      socketPath,
      method,
      path,
      timeoutMs: MEASURE_MS,
      ...(body === undefined ? {} : { body }),
    }
    const { status, body: said } = await unixRequest(request)
    if (status !== 204) throw new Error(`workerd answered ${status}: ${said}`)
  }
  const engine: Engine = {
    name: 'workerd',
    load: (job) => ask('PUT', '/', JSON.stringify(job)),
    run: (calls) => ask('POST', `/${calls}`),
    spent: () => processorTime(child.pid ?? 0),
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
      await engine.run(0)
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await delay(50)
    }
  }
}

/** Microseconds of all threads that it has, by Linux. */
function processorTime(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000
}
