/**
 * After a compile: if a gateway runs on these policies, it is asked to take them on.
 */
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { requestReload } from '../../src/control/admin-client.ts'

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
  if (!(await runsOn(paths))) return null
  const reloaded = await requestReload(paths.state)
  if (reloaded.kind === 'not-running') return null
  if (reloaded.kind === 'reloaded') return { exitCode: 0, outcome: HOW[reloaded.how] }
  console.error(reloaded.message)
  return reloaded.kind === 'refused'
    ? { exitCode: 2, outcome: 'the running gateway refused it and keeps what it had' }
    : { exitCode: 1, outcome: 'the running gateway could not be told' }
}

/** Does the state folder's gateway serve this policies folder? */
async function runsOn({ policies, state }: { policies: string; state: string }): Promise<boolean> {
  try {
    const run: unknown = JSON.parse(await readFile(join(state, 'run.json'), 'utf8'))
    const served = typeof run === 'object' && run !== null && 'policies' in run ? run.policies : null
    return typeof served === 'string' && (await realpath(served)) === (await realpath(policies))
  } catch {
    // No file, half a file or a folder that is gone: nothing that could be reloaded.
    return false
  }
}
