/**
 * A SQLite file as the `Sql` port. What was committed outlives a crash of the process and of the machine: write-ahead
 * log, synced with each commit.
 */
import { closeSync, existsSync, openSync, renameSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Sql, SqlRow, SqlValue } from '../../ports.ts'

export interface Database extends Sql {
  close: () => void
  /** Where the file that was there lies now, if it was damaged; else null. */
  damaged: string | null
}

/** SQLITE_CORRUPT, SQLITE_NOTADB: the low byte of SQLite's result codes. */
const DAMAGED = new Set([11, 26])
const BUSY_TIMEOUT_MS = 5000

/**
 * Opens the file, made for its owner's eyes only if need be, and brings its tables up to date. A damaged one is moved
 * aside, never deleted: whoever starts next must not fail over it again.
 * @param migrations SQL scripts; how many have run is the file's version, so one is never changed once it shipped
 * @throws Error for people when it cannot be opened, or was written by a later version
 */
export function openDatabase(path: string, migrations: readonly string[]): Database {
  try {
    return { ...connect(path, migrations), damaged: null }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { damaged: moveAside(path), ...connect(path, migrations) }
  }
}

/** @returns where the file lies now */
export function moveAside(path: string): string {
  const damaged = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`
  for (const part of ['', '-wal', '-shm']) {
    if (existsSync(path + part)) renameSync(path + part, damaged + part)
  }
  return damaged
}

/** Whether an error says that the file is no database, or no sound one any more. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return DAMAGED.has(code & 0xff)
}

function connect(path: string, migrations: readonly string[]): Omit<Database, 'damaged'> {
  // SQLite would make it readable for others; its log files take over the mode.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path)
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    // What is deleted is overwritten: text of requests must not lie on in free pages.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    migrate(database, path, migrations)
  } catch (error) {
    database.close()
    throw error
  }
  const statement = keepStatements((query) => database.prepare(query))
  const lister = keepStatements((query) => {
    const prepared = database.prepare(query)
    prepared.setReturnArrays(true)
    return prepared
  })
  return {
    rows: (query, ...values) => statement(query).all(...values) as SqlRow[],
    tuples: (query, ...values) => lister(query).all(...values) as unknown as SqlValue[][],
    run: (query, ...values) => Number(statement(query).run(...values).changes),
    atomically: (work) => atomically(database, work),
    close: () => database.close(),
  }
}

/** Each query is prepared once. */
function keepStatements(prepare: (query: string) => StatementSync): (query: string) => StatementSync {
  const prepared = new Map<string, StatementSync>()
  return (query) => {
    let known = prepared.get(query)
    if (known === undefined) prepared.set(query, (known = prepare(query)))
    return known
  }
}

function migrate(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > migrations.length) {
    throw new Error(`${path} was written by a later version of aicc; start that one, or move the file away`)
  }
  if (version === migrations.length) return
  atomically(database, () => {
    for (const script of migrations.slice(version)) database.exec(script)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

function atomically<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk may have rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
