/** `aicc reload`: the running gateway compiles its policies anew. */
import { Command } from 'commander'
import { requestReload } from '../../src/control/admin-client.ts'
import { CommandFailure } from './command-failure.ts'
import { stateOption } from './shared-options.ts'

const HOW = {
  swapped: 'swapped in place, nothing was interrupted',
  restarted: 'a new edge took over, the old one finishes its requests',
  unchanged: 'nothing had changed',
}

export function reloadCommand(): Command {
  return new Command('reload')
    .description('have the running gateway compile its policies anew; on errors it keeps what it had')
    .addOption(stateOption())
    .addHelpText(
      'after',
      '\nExit code: 0 in force, 1 no gateway runs or answers, 2 refused, with the reasons on stderr.',
    )
    .action(async ({ state }: { state: string }) => {
      const answer = await requestReload(state)
      switch (answer.kind) {
        case 'not-running':
          throw new CommandFailure(
            `no gateway runs on the state folder ${state}; start one with \`aicc serve\``,
            1,
          )
        case 'failed':
          throw new CommandFailure(answer.message, 1)
        case 'refused':
          throw new CommandFailure(
            `${answer.message}\nreload: refused, the gateway keeps the policy it had`,
            2,
          )
        case 'reloaded':
          console.log(`reload: policy ${answer.digest.slice(0, 12)} in force; ${HOW[answer.how]}`)
      }
    })
}
