/**
 * After a compile: if a gateway runs on these policies, it is asked to take them on.
 */
import { realpath } from 'node:fs/promises'
import { requestReload } from '../../src/control/admin-client.ts'
import { findRunning } from '../../src/control/run-file.ts'

export interface ReloadOutcome {
  /** 0 in force, 1 the gateway could not be asked, 2 it refused. */
  exitCode: 0 | 1 | 2
  /** For the last line of the command. */
  outcome: string
}

const HOW = {
  swapped: 'the running gateway has taken it on',
  restarted: 'the running gateway has taken it on with a new edge',
  unchanged: 'the running gateway has it already',
}

/** Null when no gateway runs on these policies. Why one refused is printed at once: it may take many lines. */
export async function reloadRunning(paths: {
  policies: string
  state: string
}): Promise<ReloadOutcome | null> {
  if (!(await isServed(paths))) return null
  const reloaded = await requestReload(paths.state)
  if (reloaded.kind === 'not-running') return null
  if (reloaded.kind === 'reloaded') return { exitCode: 0, outcome: HOW[reloaded.how] }
  console.error(reloaded.message)
  return reloaded.kind === 'refused'
    ? { exitCode: 2, outcome: 'the running gateway refused it and keeps what it had' }
    : { exitCode: 1, outcome: 'the running gateway could not be told' }
}

/** Whether a gateway that runs on the state folder serves this policies folder. */
export async function isServed({ policies, state }: { policies: string; state: string }): Promise<boolean> {
  const run = await findRunning(state)
  if (run === null) return false
  try {
    return (await realpath(run.policies)) === (await realpath(policies))
  } catch {
    // A folder that is gone: nothing that could be reloaded.
    return false
  }
}
