/**
 * A control process that was killed leaves its edges serving, without anybody to reload them. The next start on the
 * same state folder takes over from them, and takes what they have held back.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordBatch } from '../table/record-batch.ts'
import { controlSocketPath, openControlSocket } from './control-socket.ts'
import { EDGE_FILES } from './edge-process.ts'
import { holdEdge } from './hold-edge.ts'
import { isAlive, processCommand } from './process-identity.ts'
import { readIfThere, type StateFolder } from './state-folder.ts'

/** Prefix of the folders that sockets and edges live in; an edge's command line names its own. */
export const RUN_DIR_PREFIX = 'aicc-edge-'

const GRACE_MS = 2000

interface Orphan {
  pid: number
  dir: string
}

/**
 * To be called by who holds the lock on the state folder.
 * @param keepRecords for those that edges have held back since their control process went
 * @returns a line for the log for each edge that was found and ended
 */
export async function stopOrphans(
  state: StateFolder,
  keepRecords: (batch: RecordBatch) => Promise<void>,
): Promise<string[]> {
  const runDir = (await readIfThere(state.runDir))?.trim() ?? ''
  // Whatever stands in that file: nothing else is ever removed.
  if (!new RegExp(`^/\\S+/${RUN_DIR_PREFIX}[A-Za-z0-9]{6}$`).test(runDir)) return []
  const orphans = await findOrphans(runDir)
  if (orphans.length > 0) {
    // The edges go on trying to deliver their records there.
    const socket = await openControlSocket(controlSocketPath(runDir), { snapshot: () => null, keepRecords })
    await Promise.all(orphans.map(stopOrphan))
    await socket.close()
  }
  await rm(runDir, { recursive: true, force: true })
  return orphans.map(({ pid }) => `took over from an edge (pid ${pid}) whose control process is gone`)
}

async function findOrphans(runDir: string): Promise<Orphan[]> {
  const names = await readdir(runDir).catch(() => [])
  const found = await Promise.all(
    names.map(async (name): Promise<Orphan | null> => {
      const dir = join(runDir, name)
      const pid = Number(await readIfThere(join(dir, EDGE_FILES.pid)).catch(() => null))
      if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null
      // Pids are handed out again: only a process that is this edge by its command line is ended.
      return (await processCommand(pid))?.includes(dir) ? { pid, dir } : null
    }),
  )
  return found.filter((orphan) => orphan !== null)
}

async function stopOrphan({ pid, dir }: Orphan): Promise<void> {
  await holdEdge(join(dir, EDGE_FILES.socket))
  process.kill(pid, 'SIGTERM')
  for (const deadline = Date.now() + GRACE_MS; isAlive(pid) && Date.now() < deadline;) await sleep(20)
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}
