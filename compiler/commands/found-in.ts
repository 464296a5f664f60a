/** What the admin API found, or the end of the command. */
import type { HistoryAnswer } from '../../src/control/admin-client.ts'
import { CommandFailure } from './command-failure.ts'

/** @throws CommandFailure */
export function foundIn<T>(answer: HistoryAnswer<T>, state: string): T {
  if (answer.kind === 'found') return answer.found
  if (answer.kind === 'not-running') {
    throw new CommandFailure(`no gateway runs on the state folder ${state}; start one with \`aicc serve\``, 1)
  }
  throw new CommandFailure(answer.message, 1)
}
