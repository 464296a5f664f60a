/** A gateway as processes: a control process that can be killed, its edge, and callers who note what they were told. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunFile } from '../../../src/control/run-file.ts'
import type { ControlProcessOptions } from './control-process.ts'
import type { Counted } from './counting.ts'

const CONTROL = fileURLToPath(new URL('control-process.ts', import.meta.url))

export interface GatewayNode {
  /** What the control process prints. */
  lines: string[]
  edgePid: () => Promise<number>
  /** SIGKILL to the control process alone. */
  killControl: () => Promise<void>
  stop: () => Promise<void>
}

/**
 * Resolves when it serves.
 * @param around a command that runs the control process, as `strace` does
 */
export async function startNode(
  options: ControlProcessOptions,
  around: readonly string[] = [],
): Promise<GatewayNode> {
  const whole = [...around, process.execPath, CONTROL, JSON.stringify(options)]
  const child = spawn(whole[0] ?? '', whole.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const exited = once(child, 'exit')
  await untilReady(child, lines, exited)
  return {
    lines,
    edgePid: async () => {
      const text = await readFile(join(options.stateDir, 'run.json'), 'utf8')
      return (JSON.parse(text) as RunFile).edgePid
    },
    killControl: async () => {
      child.kill('SIGKILL')
      await exited
    },
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function untilReady(child: ChildProcess, lines: string[], exited: Promise<unknown>): Promise<void> {
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line === 'ready') resolve()
      else lines.push(line)
    })
  }
  const ended = exited.then(() => {
    throw new Error(`the control process ended:\n${lines.join('\n')}`)
  })
  // Only until it is ready.
  ended.catch(() => {})
  await Promise.race([ready, ended])
}

/** One request. Rejects when the connection breaks. */
export function call(
  address: string,
  { path = '/', agent }: { path?: string; agent: http.Agent },
): Promise<Counted> {
  const [host, port] = address.split(':')
  return new Promise((resolve, reject) => {
    const request = http.get({ host, port, path, agent, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Counted)
        } catch (error) {
          reject(error)
        }
      })
    })
    request.once('timeout', () => request.destroy(new Error('no answer within 10 s')))
    request.once('error', reject)
  })
}

export interface Callers {
  /** Ids of requests that were answered. */
  answered: Set<string>
  /** How long each answer took, in ms. */
  took: number[]
  failures: () => number
  stop: () => Promise<void>
}

/** So many who call one after the other, with a pause in between, whatever becomes of it, until they are stopped. */
export function startCallers(address: string, count: number, pauseMs = 0): Callers {
  const agent = new http.Agent({ keepAlive: true })
  const answered = new Set<string>()
  const ended = new AbortController()
  const took: number[] = []
  let failures = 0
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      try {
        const askedAt = performance.now()
        const { id, granted } = await call(address, { agent })
        took.push(performance.now() - askedAt)
        if (granted) answered.add(id)
        if (pauseMs > 0) await sleep(pauseMs)
      } catch {
        failures += 1
        await sleep(20)
      }
    }
  }
  const running = Array.from({ length: count }, run)
  return {
    answered,
    took,
    failures: () => failures,
    stop: async () => {
      ended.abort()
      await Promise.all(running)
      agent.destroy()
    },
  }
}
