/** `aicc why ID`: why did a request go there? From the records of the running gateway. */
import { Command } from 'commander'
import { fetchRequest } from '../../src/control/admin-client.ts'
import { foundIn } from './found-in.ts'
import { renderWhy } from './render-why.ts'
import { jsonOption, stateOption } from './shared-options.ts'

export function whyCommand(): Command {
  return new Command('why')
    .description('say why a request went where it went: rule, labels, attempts, time, cost')
    .argument('<id>', 'its correlation id, as the header x-correlation-id has it, or its own')
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Records are kept for 30 days and hold no text of requests, and not which rules did not hold. Where one
would go now: aicc explain --live.
Exit code: 0 shown, 1 no gateway answers or it knows no such request.

Examples:
  $ aicc why 5f0c1a9e-3c39-4d0e-9f0a-7f1f0c9f7b11
  $ aicc why my-request-17 --json`,
    )
    .action(async (id: string, { state, json }: { state: string; json?: boolean }) => {
      const entry = foundIn(await fetchRequest(state, id), state)
      console.log(json ? JSON.stringify(entry, null, 2) : renderWhy(entry))
    })
}
