/** Hooks: who may call, and which word stands for which mode. */
import type { Hooks } from '../../src/table/mattermost-hook.ts'
import type { HooksConfig, MattermostConfig } from '../config/hooks.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import type { Vocabulary } from './scope.ts'
import { isKnown } from './unknown-name.ts'

/** @returns null = there are none */
export function resolveHooks(hooks: HooksConfig | undefined, vocabulary: Vocabulary): Hooks | null {
  if (hooks?.mattermost === undefined) return null
  const { tokens, users, teams, channels, commands = {} } = hooks.mattermost satisfies MattermostConfig
  const at: Place = { file: 'policy', path: ['hooks', 'mattermost', 'commands'] }
  for (const [word, mode] of Object.entries(commands)) isKnown('mode', mode, within(at, word), vocabulary)
  return {
    mattermost: {
      tokens: tokens.map(({ env }) => ({ env })),
      users: users === '*' ? null : users.toSorted(),
      teams: teams?.toSorted() ?? null,
      channels: channels?.toSorted() ?? null,
      commands,
    },
  }
}
