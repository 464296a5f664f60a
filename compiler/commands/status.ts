/** `aicc status`: what the running gateway is doing. */
import { Command } from 'commander'
import { fetchStatus } from '../../src/control/admin-client.ts'
import { CommandFailure } from './command-failure.ts'
import { compareOnDisk } from './on-disk.ts'
import { renderStatus } from './render-status.ts'
import { jsonOption, stateOption } from './shared-options.ts'

export function statusCommand(): Command {
  return new Command('status')
    .description('show the running gateway: edge, listeners, certificate, backends, clients')
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExit code: 0 running, 1 it does not answer, 2 not running.')
    .action(async ({ state, json }: { state: string; json?: boolean }) => {
      const answer = await fetchStatus(state)
      if (answer.kind === 'not-running') {
        throw new CommandFailure(`no gateway runs on the state folder ${state}`, 2)
      }
      if (answer.kind === 'failed') throw new CommandFailure(answer.message, 1)
      const onDisk = await compareOnDisk(answer.status)
      console.log(
        json ? JSON.stringify({ ...answer.status, onDisk }, null, 2) : renderStatus(answer.status, onDisk),
      )
    })
}
