/**
 * Tells when anything in a folder has changed, whichever way editors and tools write: in place, by renaming a new
 * file over the old one, by replacing folders. The system's events only hasten a look; what counts is what it shows.
 */
import { watch, type FSWatcher } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where the system sends no events (network file systems, no watches left), a change is seen after so long. */
const LOOK_EVERY_MS = 1000
/** A folder that stays as it is for so long is not being written to any more. */
const SETTLED_AFTER_MS = 80

export interface FolderWatch {
  /** Need not exist. */
  folder: string
  /** Called once per change, after it has settled, and never while an earlier call runs. Must not throw. */
  onChange: () => Promise<void>
  lookEveryMs?: number
}

/** @returns ends the watch; resolves when a call that runs has ended */
export async function watchFolder({
  folder,
  onChange,
  lookEveryMs = LOOK_EVERY_MS,
}: FolderWatch): Promise<() => Promise<void>> {
  const stopped = new AbortController()
  let hasten = (): void => {}
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs)
      hasten = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const openWatcher = (): FSWatcher | null => openEvents(folder, () => hasten())

  let watcher = openWatcher()
  let seen = await fingerprint(folder)
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const now = await settledFingerprint(folder, seen)
      if (now === seen) {
        if (!stopped.signal.aborted) await pause()
        continue
      }
      seen = now
      // A folder that was replaced took its events along.
      watcher?.close()
      watcher = openWatcher()
      if (!stopped.signal.aborted) await onChange()
    }
    watcher?.close()
  }
  const ended = run()
  return () => {
    stopped.abort()
    hasten()
    return ended
  }
}

/** Null where the system offers none. */
function openEvents(folder: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, onEvent)
    return watcher.on('error', () => watcher.close())
  } catch {
    return null
  }
}

/** Waits while the folder goes on changing. */
async function settledFingerprint(folder: string, seen: string): Promise<string> {
  let now = await fingerprint(folder)
  for (let before = seen; now !== before; now = await fingerprint(folder)) {
    before = now
    await sleep(SETTLED_AFTER_MS)
  }
  return now
}

/** What editors leave beside a file while it is open. */
const SCRATCH = /(^|[/\\])[.#]|~$/

/** Names, sizes and times of all files in the folder and below. */
async function fingerprint(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const lines = names
    .filter((name) => !SCRATCH.test(name))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map(async (name) => {
      const facts = await stat(join(folder, name)).catch(() => null)
      return facts?.isFile() === true ? [name, facts.size, facts.mtimeMs, facts.ino].join(' ') : ''
    })
  return (await Promise.all(lines)).join('\n')
}
