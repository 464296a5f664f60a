/**
 * A control process that was killed leaves its edge serving, without anybody to reload it.
 * The next start on the same state folder takes over from it.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RecordBatch } from '../table/record-batch.ts'
import { controlSocketPath, openControlSocket } from './control-socket.ts'
import { holdEdge } from './hold-edge.ts'
import { isAlive, processCommand } from './process-identity.ts'
import { readRunFile } from './run-file.ts'

/** Prefix of the folders that sockets and edges live in; an edge's command line names its own. */
export const RUN_DIR_PREFIX = 'aicc-edge-'

const GRACE_MS = 2000

/**
 * To be called by who holds the lock on the state folder.
 * @param keepRecords for those that the edge has held back since its control process went
 * @returns a line for the log when an edge was found and ended, else null
 */
export async function stopOrphan(
  stateDir: string,
  keepRecords: (batch: RecordBatch) => Promise<void>,
): Promise<string | null> {
  const run = await readRunFile(stateDir)
  if (run === null || !isAlive(run.edgePid)) return null
  const command = (await processCommand(run.edgePid)) ?? ''
  // Pids are handed out again: only a process that is an edge by its command line is ended.
  const found = new RegExp(`(\\S*/${RUN_DIR_PREFIX}[A-Za-z0-9]{6})/(edge-\\d+)`).exec(command)
  if (found === null) return null
  const [, runDir = '', edge = ''] = found
  // The edge goes on trying to deliver its records there.
  const socket = await openControlSocket(controlSocketPath(runDir), { snapshot: () => null, keepRecords })
  await holdEdge(join(runDir, edge, 'edge.sock'))
  process.kill(run.edgePid, 'SIGTERM')
  for (const deadline = Date.now() + GRACE_MS; isAlive(run.edgePid) && Date.now() < deadline;) await sleep(20)
  if (isAlive(run.edgePid)) process.kill(run.edgePid, 'SIGKILL')
  await socket.close()
  await rm(runDir, { recursive: true, force: true })
  return `took over from an edge (pid ${run.edgePid}) whose control process is gone`
}
