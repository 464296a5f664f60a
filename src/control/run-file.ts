/**
 * run.json in the state folder: what the other commands need to know of the gateway that runs.
 */
import { rm } from 'node:fs/promises'
import { isAlive } from './process-identity.ts'
import { readIfThere, statePaths, writePrivate, type StateFolder } from './state-folder.ts'

export interface Listener {
  address: string
  port: number
}

export type Runtime = 'workerd' | 'node'

export interface RunFile {
  pid: number
  edgePid: number
  runtime: Runtime
  /** Absolute path of the policies folder. */
  policies: string
  https: Listener | null
  http: Listener | null
  admin: Listener
  /** ISO 8601. */
  startedAt: string
}

export async function writeRunFile(state: StateFolder, run: RunFile): Promise<void> {
  await writePrivate(state.runFile, `${JSON.stringify(run, null, 2)}\n`)
}

export async function removeRunFile(state: StateFolder): Promise<void> {
  await rm(state.runFile, { force: true })
}

/** What a gateway wrote, whether it still runs or not. */
export async function readRunFile(stateDir: string): Promise<RunFile | null> {
  const text = await readIfThere(statePaths(stateDir).runFile)
  if (text === null) return null
  try {
    return JSON.parse(text) as RunFile
  } catch {
    return null
  }
}

/** The gateway that runs on this state folder, null when none does (also when it left its file behind). */
export async function findRunning(stateDir: string): Promise<RunFile | null> {
  const run = await readRunFile(stateDir)
  return run !== null && isAlive(run.pid) ? run : null
}
