/** A slash command's or an outgoing webhook's post, as Mattermost sends both: a form, or JSON. */
import type { HookCall } from '../../table/mattermost-hook.ts'

export interface MattermostPost {
  token: string
  team: string
  channel: string
  user: string
  /** Letters, digits, dots, dashes and underscores, as Mattermost has them; all else is left out. */
  userName: string
  /** Of a slash command, without its stroke; null = a webhook. */
  command: string | null
  text: string
}

const NOT_IN_A_NAME = /[^\w.-]/g
const LONGEST_NAME = 64

/** @returns null when it is neither */
export function readPost({ contentType, authorization, body }: HookCall): MattermostPost | null {
  const fields = /\bjson\b/i.test(contentType) ? ofJson(body) : Object.fromEntries(new URLSearchParams(body))
  if (fields === null) return null
  const of = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '')
  const command = of('command')
  return {
    // The form has it in all versions; the header came later, and is called `Token` or `Bearer`.
    token: of('token') || (/^(?:token|bearer) +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''),
    team: of('team_id'),
    channel: of('channel_id'),
    user: of('user_id'),
    userName: of('user_name').replaceAll(NOT_IN_A_NAME, '').slice(0, LONGEST_NAME),
    command: command === '' ? null : command.replace(/^\//, ''),
    text: of('text'),
  }
}

function ofJson(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
