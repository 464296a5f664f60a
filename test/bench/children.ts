/**
 * The processes that the benchmark started, so that all of them end with it, however it ends.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface StartOptions {
  cwd: string
  env?: NodeJS.ProcessEnv
  /** Keeps stdin and stdout open for the caller; otherwise they are closed. */
  pipes?: boolean
}

const KEPT_STDERR = 4000

export class Children {
  readonly #running = new Map<ChildProcess, { name: string; stderr: string }>()

  /** Starts a process whose last words are kept for error messages. */
  start(name: string, command: readonly [string, ...string[]], options: StartOptions): ChildProcess {
    const [file, ...args] = command
    const io = options.pipes ? 'pipe' : 'ignore'
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [io, io, 'pipe'],
    })
    const record = { name, stderr: '' }
    this.#running.set(child, record)
    const keep = (text: string): void => {
      record.stderr = (record.stderr + text).slice(-KEPT_STDERR)
    }
    child.stderr?.setEncoding('utf8').on('data', keep)
    child.once('error', (error) => keep(error.message))
    return child
  }

  /** @throws Error with the process's last words when it has ended. */
  assertAlive(child: ChildProcess): void {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) return
    const record = this.#running.get(child)
    throw new Error(`${record?.name ?? 'a process'} ended: ${record?.stderr.trim() || 'without a word'}`)
  }

  /** Asks until the answer is not null. @throws Error when the child ends or after timeoutMs. */
  async waitFor<T>(child: ChildProcess, timeoutMs: number, ask: () => Promise<T | null>): Promise<T> {
    const deadline = Date.now() + timeoutMs
    while (Date.now() < deadline) {
      this.assertAlive(child)
      const answer = await ask()
      if (answer !== null) return answer
      await sleep(50)
    }
    const record = this.#running.get(child)
    throw new Error(
      `${record?.name ?? 'a process'} was not ready in ${timeoutMs / 1000} s: ${record?.stderr ?? ''}`,
    )
  }

  /** SIGTERM to all, SIGKILL to those that stay. */
  async stopAll(): Promise<void> {
    const stops = [...this.#running.keys()].map(stop)
    this.#running.clear()
    await Promise.all(stops)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

/** True, or null while nobody listens on the loopback port. */
export async function isListening(port: number): Promise<true | null> {
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return null
  } finally {
    socket.destroy()
  }
}
