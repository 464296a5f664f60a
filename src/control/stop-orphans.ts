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
import { unixRequest } from './unix-request.ts'
import { readIfThere, type StateFolder } from './state-folder.ts'

/** Prefix of the folders that sockets and edges live in; an edge's command line names its own. */
export const RUN_DIR_PREFIX = 'aicc-edge-'

const GRACE_MS = 2000
/** Longer than any pause between two attempts at delivering records. */
const DELIVERS_WITHIN_MS = 4000

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
    await Promise.all(orphans.map(untilDelivering))
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
      return (await isRunning({ pid, dir })) ? { pid, dir } : null
    }),
  )
  return found.filter((orphan) => orphan !== null)
}

/**
 * Pids are handed out again: only a process that is this edge by its command line is ended. One that has died and that
 * nobody has taken note of, as in a container, has none any more, and no socket.
 */
async function isRunning({ pid, dir }: Orphan): Promise<boolean> {
  return isAlive(pid) && (await processCommand(pid))?.includes(dir) === true
}

/**
 * Lets it serve on until it has found that its records are taken again: when it is told to go, its next attempt may be
 * further away than its end. Never rejects.
 */
async function untilDelivering({ dir }: Orphan): Promise<void> {
  const asked = { socketPath: join(dir, EDGE_FILES.socket), method: 'GET', path: '/status' } as const
  let before = 0
  for (const deadline = Date.now() + DELIVERS_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
    try {
      const { body } = await unixRequest({ ...asked, timeoutMs: 1000 })
      const { waiting } = (JSON.parse(body) as { records: { waiting: number } }).records
      if (waiting === 0 || waiting < before) return
      before = waiting
    } catch {
      return
    }
  }
}

/** Resolves when it has left the port to whoever comes next. */
async function stopOrphan(orphan: Orphan): Promise<void> {
  await holdEdge(join(orphan.dir, EDGE_FILES.socket))
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (await isRunning(orphan)) process.kill(orphan.pid, signal)
    for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline;) {
      if (!(await isRunning(orphan))) return
      await sleep(20)
    }
  }
}
