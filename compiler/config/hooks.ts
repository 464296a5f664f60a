/** Who else may call the gateway, by a token of their own. */
import type { SecretFromEnv } from './backends.ts'
import type { Name } from './scalars.ts'

/**
 * An id as Mattermost shows it.
 * @pattern ^[A-Za-z0-9]{1,64}$
 */
export type MattermostId = string

/**
 * A word that people type.
 * @pattern ^[a-z0-9][a-z0-9._-]{0,63}$
 */
export type CommandWord = string

/**
 * `POST /hooks/mattermost`: modes switched by a slash command or an outgoing webhook. Whoever knows a token and is on the
 * lists may switch each mode of the policy.
 */
export interface MattermostConfig {
  /**
   * The tokens that Mattermost made: a slash command has one, an outgoing webhook another.
   * @minItems 1
   */
  tokens: SecretFromEnv[]
  /** Ids of users that may call it; `*` = all who can reach the command. */
  users: MattermostId[] | '*'
  /** Ids of teams from which it may be called; all when left out. */
  teams?: MattermostId[]
  /** Ids of channels in which it may be called; all when left out. */
  channels?: MattermostId[]
  /** Words that stand for a mode, such as the name of a slash command. */
  commands?: Record<CommandWord, Name>
}

/** Hooks are open without a client's key: each proves its caller by a token. */
export interface HooksConfig {
  mattermost?: MattermostConfig
}
