/** Who may switch modes from Mattermost, and by what words. */
export interface MattermostHook {
  /** Environment variables with the tokens of slash commands and outgoing webhooks. Never empty. */
  tokens: { env: string }[]
  /** Ids; null = all of the server. */
  teams: string[] | null
  channels: string[] | null
  users: string[] | null
  /** Word → mode. A mode's own name is a word for it as well. */
  commands: Record<string, string>
}

/** Who may call by a token of their own. */
export interface Hooks {
  mattermost: MattermostHook
}

/** What came in, as the control process is handed it. */
export interface HookCall {
  contentType: string
  authorization: string | null
  body: string
}

/** Mattermost's answer, or that the caller is none of its. */
export type HookAnswer =
  | { kind: 'answer'; response: MattermostResponse }
  | { kind: 'wrong-token' | 'unreadable' }

/** Shown to the caller alone (slash command) or below the post (webhook). */
export interface MattermostResponse {
  response_type: 'ephemeral' | 'comment'
  text: string
}
