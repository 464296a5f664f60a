/**
 * A thread of the control process: it alone touches the database, so that a slow disk holds up nothing but the records
 * that wait for it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { createRotatingFile } from '../adapters/node/rotating-file.ts'
import { type Database, isDamage, moveAside, openDatabase } from '../adapters/sqlite/open-database.ts'
import { createHistory } from '../state/history.ts'
import { createRequestLog } from '../state/request-log.ts'
import { createRequestMetrics } from '../state/request-metrics.ts'
import { createRequestWindows, recordsSince } from '../state/request-windows.ts'
import { createTraceOutbox } from '../state/trace-outbox.ts'
import { createUsageBook, USAGE_MIGRATIONS } from '../state/usage-book.ts'
import type { BookAnswer, BookCall, Books, ListenCall, NoteCall } from '../table/usage-book.ts'

const PRUNE_EVERY_MS = 3_600_000

/** The log: a day or 20 MiB in a file, and a fortnight of days. */
const LOG = { name: 'aicc', maxBytes: 20 * 1024 * 1024, maxAgeMs: 24 * 3_600_000, keep: 14 }

const { path, logs } = workerData as { path: string; logs: string | null }
const file = logs === null ? null : createRotatingFile({ folder: logs, ...LOG })
let isListening = false
const requestLog =
  file &&
  createRequestLog({
    append(text) {
      if (isListening) say({ kind: 'lines', lines: text })
      file.append(text, Date.now())
    },
    tell: (level, line) => say({ kind: 'log', level, line }),
    now: Date.now,
  })
/** They outlive the file, which may be opened again. */
const metrics = createRequestMetrics()
const windows = createRequestWindows((since) => (database === null ? [] : recordsSince(database, since)))
let database: Database | null = null
let book: Books | null = null

function say(said: BookAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(said)
}

/** Opened with the first call, and again after a failure: a full disk may have room by then. */
function opened(): Books {
  if (book !== null) return book
  database = openDatabase(path, USAGE_MIGRATIONS)
  if (database.damaged !== null) tellDamage(database.damaged)
  const books = createUsageBook(database, (value) => {
    metrics.observe(value)
    windows.observe(value)
    requestLog?.observe(value)
  })
  book = {
    ...books,
    ...createHistory(database),
    ...createTraceOutbox(database),
    windows: windows.read,
    metrics: metrics.text,
    ping: () => void database?.rows('SELECT seq FROM records LIMIT 1'),
  }
  book.prune(Date.now())
  return book
}

function tellDamage(aside: string): void {
  const line = `${path} is damaged and was moved to ${aside}: what was used of budgets and limits counts from zero`
  say({ kind: 'log', level: 'error', line })
}

function answer({ method, args }: BookCall): unknown {
  const call = opened()[method] as (...values: typeof args) => unknown
  return call(...args)
}

function close(): void {
  database?.close()
  database = null
  book = null
}

/** Damage deep in the file shows only when it is read. */
function answerFromNewFile(call: BookCall): unknown {
  close()
  tellDamage(moveAside(path))
  return answer(call)
}

parentPort?.on('message', (call: BookCall | NoteCall | ListenCall | 'close') => {
  if (call === 'close') {
    close()
    parentPort?.close()
    return
  }
  if ('listen' in call) {
    isListening = call.listen
    return
  }
  if ('note' in call) {
    requestLog?.note(call.level, call.note)
    return
  }
  try {
    say({ kind: 'result', call: call.call, result: attempt(call) })
  } catch (error) {
    say({ kind: 'error', call: call.call, message: error instanceof Error ? error.message : String(error) })
  }
  requestLog?.flush()
})

function attempt(call: BookCall): unknown {
  try {
    return answer(call)
  } catch (error) {
    if (!isDamage(error)) throw error
    return answerFromNewFile(call)
  }
}

setInterval(() => {
  try {
    book?.prune(Date.now())
    // What was deleted is still in the log of writes.
    database?.rows('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    say({ kind: 'log', level: 'warn', line: `cannot clear old records away: ${String(error)}` })
  }
}, PRUNE_EVERY_MS).unref()
