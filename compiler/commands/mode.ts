/** `aicc mode`: shows the modes of the running gateway and switches them, such as gaming mode. */
import { Argument, Command } from 'commander'
import { fetchModes, switchMode, type ModesAnswer } from '../../src/control/admin-client.ts'
import type { ModeStatus } from '../../src/control/mode-status.ts'
import { CommandFailure } from './command-failure.ts'
import { describeModeHost } from './describe-mode-host.ts'
import { renderTable } from './render-table.ts'
import { jsonOption, stateOption } from './shared-options.ts'

interface ModeFlags {
  state: string
  json?: boolean
}

export function modeCommand(): Command {
  return new Command('mode')
    .description('show the modes of the running gateway, or switch one on or off')
    .argument('[name]', 'a mode of the policy; without one all are listed')
    .addArgument(new Argument('[action]').choices(['on', 'off', 'status']).default('status'))
    .addOption(stateOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A switched mode is in force at once and outlives restarts. One that a host tells is switched at that host.
Exit code: 0 done, 1 no gateway answers or it knows no such mode, 2 refused.

Examples:
  $ aicc mode                    list them
  $ aicc mode gaming-pc on       gated backends answer forced requests only
  $ aicc mode gaming-pc status`,
    )
    .action(async (name: string | undefined, action: 'on' | 'off' | 'status', flags: ModeFlags) => {
      const { state, json } = flags
      const on = action === 'status' ? null : action === 'on'
      const answer = name === undefined ? await fetchModes(state) : await switchMode(state, { name, on })
      const modes = modesIn(answer, state)
      if (json) console.log(JSON.stringify(name === undefined ? modes : modes[0], null, 2))
      else console.log(name === undefined ? renderModes(modes) : modes.map(sentence).join('\n'))
    })
}

/** @throws CommandFailure */
function modesIn(answer: ModesAnswer, state: string): ModeStatus[] {
  if (answer.kind === 'modes') return answer.modes
  if (answer.kind === 'not-running') {
    throw new CommandFailure(`no gateway runs on the state folder ${state}; start one with \`aicc serve\``, 1)
  }
  throw new CommandFailure(answer.message, answer.kind === 'refused' ? 2 : 1)
}

function renderModes(modes: readonly ModeStatus[]): string {
  if (modes.length === 0) return 'the policy has no modes'
  const rows = modes.map(({ name, on, since, whenOn, gates, host }) => [
    name,
    on ? 'on' : 'off',
    since ?? '-',
    gates.join(', ') || '-',
    whenOn,
    host === null ? 'people' : (describeModeHost(host) ?? 'its host'),
  ])
  return renderTable(['mode', 'state', 'since', 'gates', 'when on', 'told by'], rows)
}

function sentence({ name, on, since, gates, host }: ModeStatus): string {
  const gated = gates.length === 0 ? '' : `; it gates ${gates.join(', ')}`
  const doubt = host === null ? null : describeModeHost(host)
  return `${name} is ${on ? `on since ${since}` : 'off'}${gated}${doubt === null ? '' : `; ${doubt}`}`
}
