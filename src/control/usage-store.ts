/**
 * The control process's hold on the thread that owns the database. A thread that ends is started again with the next
 * call; nothing in here waits for a disk.
 */
import { Worker } from 'node:worker_threads'
import type { BookAnswer, BookCall, Books, ListenCall, NoteCall } from '../table/usage-book.ts'
import type { Log } from '../table/log-line.ts'

/** The book, asked over a thread's port. Each call rejects with an Error for people when the database cannot answer. */
export type UsageStore = {
  [Method in Exclude<keyof Books, 'prune'>]: (
    ...args: Parameters<Books[Method]>
  ) => Promise<ReturnType<Books[Method]>>
} & {
  /** Puts a line that edge or control process printed into the log. */
  note: Log
  /** Has lines of the log told as they are written, to `onLines`. */
  listen: (listening: boolean) => void
  /** Ends the thread; what it was given before is kept. */
  close: () => Promise<void>
}

export interface UsageStoreOptions {
  /** The thread's module. */
  thread: URL
  /** The database file. */
  path: string
  /** Folder of the log; left out, none is written. */
  logs?: string
  /** Hears lines of the log, each with its end, while it was told to listen. */
  onLines?: (lines: string) => void
  log: Log
}

interface Waiting {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
}

const CLOSE_WITHIN_MS = 5000

export function openUsageStore({ thread, path, logs, onLines, log }: UsageStoreOptions): UsageStore {
  let worker: Worker | null = null
  let closing = false
  let listening = false
  let calls = 0
  const waiting = new Map<number, Waiting>()

  const hear = (answer: BookAnswer): void => {
    if (answer.kind === 'log') {
      log(answer.level, answer.line)
      return
    }
    if (answer.kind === 'lines') {
      onLines?.(answer.lines)
      return
    }
    const call = waiting.get(answer.call)
    waiting.delete(answer.call)
    if (answer.kind === 'result') call?.resolve(answer.result)
    else call?.reject(new Error(answer.message))
  }
  const start = (): Worker => {
    const started = new Worker(thread, { workerData: { path, logs: logs ?? null } })
    const end = (why: string): void => {
      if (worker !== started) return
      worker = null
      for (const { reject } of waiting.values()) reject(new Error(`the thread of the database ended: ${why}`))
      waiting.clear()
      if (!closing)
        log('error', `the thread of the database ended and is started again when it is needed: ${why}`)
    }
    started.on('message', hear)
    if (listening) tell(started, { listen: true })
    started.on('error', (error) => end(error instanceof Error ? error.message : String(error)))
    started.on('exit', (code) => end(`exit code ${code}`))
    return started
  }
  const ask = (call: Omit<BookCall, 'call'>): Promise<unknown> => {
    if (closing) return Promise.reject(new Error('the gateway is stopping'))
    worker ??= start()
    calls += 1
    const number = calls
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    waiting.set(number, { resolve, reject })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ ...call, call: number })
    return promise
  }
  return {
    keep: (...args) => ask({ method: 'keep', args }) as ReturnType<UsageStore['keep']>,
    state: (...args) => ask({ method: 'state', args }) as ReturnType<UsageStore['state']>,
    usage: (...args) => ask({ method: 'usage', args }) as ReturnType<UsageStore['usage']>,
    windows: (...args) => ask({ method: 'windows', args }) as ReturnType<UsageStore['windows']>,
    metrics: (...args) => ask({ method: 'metrics', args }) as ReturnType<UsageStore['metrics']>,
    ping: (...args) => ask({ method: 'ping', args }) as ReturnType<UsageStore['ping']>,
    page: (...args) => ask({ method: 'page', args }) as ReturnType<UsageStore['page']>,
    find: (...args) => ask({ method: 'find', args }) as ReturnType<UsageStore['find']>,
    trace: (...args) => ask({ method: 'trace', args }) as ReturnType<UsageStore['trace']>,
    aggregate: (...args) => ask({ method: 'aggregate', args }) as ReturnType<UsageStore['aggregate']>,
    nextTraces: (...args) => ask({ method: 'nextTraces', args }) as ReturnType<UsageStore['nextTraces']>,
    settleTraces: (...args) =>
      ask({ method: 'settleTraces', args }) as ReturnType<UsageStore['settleTraces']>,
    traceBacklog: (...args) =>
      ask({ method: 'traceBacklog', args }) as ReturnType<UsageStore['traceBacklog']>,
    note(level, line) {
      // A thread is not started for it: that it ended is such a line.
      if (worker !== null) tell(worker, { note: line, level })
    },
    listen(wanted) {
      listening = wanted
      if (worker !== null) tell(worker, { listen: wanted })
    },
    async close() {
      closing = true
      const ending = worker
      if (ending === null) return
      const ended = new Promise((resolve) => {
        ending.once('exit', resolve)
      })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      ending.postMessage('close')
      const timer = setTimeout(() => void ending.terminate(), CLOSE_WITHIN_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

function tell(thread: Worker, said: NoteCall | ListenCall): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  thread.postMessage(said)
}
