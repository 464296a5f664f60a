/**
 * One gateway per state folder: a lock file that names its owner and outlives no crash.
 *
 * Taking a lock over from an owner that is gone must not take it from another start that was a little faster:
 * "remove it, then make mine" would. So each lock has a number of its own, no file is ever replaced, and whoever
 * has made one looks again whether it is alone.
 */
import { randomUUID } from 'node:crypto'
import { link, readdir, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { processStart } from './process-identity.ts'
import { isErrno, readIfThere, type StateFolder } from './state-folder.ts'

/** Another gateway runs on this folder. */
class StateFolderBusy extends Error {
  override name = 'StateFolderBusy'
  readonly pid: number

  constructor(dir: string, pid: number) {
    super(
      `a gateway already runs on the state folder ${dir} (pid ${pid}).\n` +
        `Stop it first (kill ${pid}), reload it with \`aicc reload\`, or give this one its own folder with --state.`,
    )
    this.pid = pid
  }
}

/**
 * Takes the lock; locks whose owners are gone are removed.
 * @returns the release
 * @throws StateFolderBusy
 */
export async function acquireStateLock(state: StateFolder): Promise<() => Promise<void>> {
  const draft = `${state.lockFile}-${randomUUID()}`
  const owner = { pid: process.pid, started: await processStart(process.pid) }
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 })
  try {
    for (;;) {
      const before = await readLocks(state)
      refuseIfOwned(state, before)
      const number = 1 + Math.max(0, ...before.map((lock) => lock.number))
      const path = lockPath(state, number)
      if (!(await linkIfFree(draft, path))) continue
      // A start that looked earlier may have counted differently and have another number than mine.
      // INVARIANT: of two with a lock each, the one that made it later sees the other's and gives up.
      const others = (await readLocks(state)).filter((lock) => lock.number !== number)
      if (others.some((lock) => lock.owner !== null)) {
        await rm(path)
        continue
      }
      for (const other of others) await rm(lockPath(state, other.number), { force: true })
      return () => rm(path, { force: true })
    }
  } finally {
    await rm(draft, { force: true })
  }
}

interface Lock {
  number: number
  /** Pid of the living process that made it, null when that is gone. */
  owner: number | null
}

function refuseIfOwned(state: StateFolder, locks: readonly Lock[]): void {
  for (const { owner } of locks) if (owner !== null) throw new StateFolderBusy(state.dir, owner)
}

async function readLocks(state: StateFolder): Promise<Lock[]> {
  const prefix = `${basename(state.lockFile)}.`
  const numbers = (await readdir(state.dir))
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d{0,14}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
  return Promise.all(
    numbers.map(async (number) => ({ number, owner: await livingOwner(lockPath(state, number)) })),
  )
}

async function livingOwner(path: string): Promise<number | null> {
  const text = await readIfThere(path)
  try {
    const { pid, started } = JSON.parse(text ?? '') as { pid: number; started: string | null }
    const now = await processStart(pid)
    return now !== null && now === started ? pid : null
  } catch {
    return null
  }
}

function lockPath(state: StateFolder, number: number): string {
  return `${state.lockFile}.${number}`
}

/** link() takes a name only if it is free, and the content is there from the first moment on. */
async function linkIfFree(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}
