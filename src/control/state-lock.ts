/**
 * One gateway per state folder: a lock file that names its owner and outlives no crash.
 */
import { link, rm, writeFile } from 'node:fs/promises'
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
 * Takes the lock; a lock whose owner is gone is replaced.
 * @returns the release
 * @throws StateFolderBusy
 */
export async function acquireStateLock(state: StateFolder): Promise<() => Promise<void>> {
  const draft = `${state.lockFile}.${process.pid}`
  const owner = { pid: process.pid, started: await processStart(process.pid) }
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 })
  try {
    for (;;) {
      try {
        // link() takes the name only if it is free, and the content is there from the first moment on.
        await link(draft, state.lockFile)
        return () => rm(state.lockFile, { force: true })
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error
      }
      const pid = await livingOwner(state)
      if (pid !== null) throw new StateFolderBusy(state.dir, pid)
      await rm(state.lockFile, { force: true })
    }
  } finally {
    await rm(draft, { force: true })
  }
}

async function livingOwner(state: StateFolder): Promise<number | null> {
  const text = await readIfThere(state.lockFile)
  try {
    const { pid, started } = JSON.parse(text ?? '') as { pid: number; started: string | null }
    const now = await processStart(pid)
    return now !== null && now === started ? pid : null
  } catch {
    return null
  }
}
