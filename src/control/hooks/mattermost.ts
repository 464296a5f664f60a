/**
 * Modes switched from Mattermost. The edge hands on what came; here it is judged, so that no token is anywhere else.
 * What is answered holds names of the policy and nothing that a caller wrote.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { HookAnswer, HookCall, MattermostHook, MattermostResponse } from '../../table/mattermost-hook.ts'
import type { Environment } from '../build-snapshot.ts'
import type { ReloadResult } from '../gateway.ts'
import type { ModeStatus } from '../mode-status.ts'
import type { ProbeStatus } from '../probes/probes.ts'
import { type Command, readCommand } from './read-command.ts'
import { type MattermostPost, readPost } from './read-post.ts'
import type { Log } from '../../table/log-line.ts'

/** Mattermost waits 3 s for an answer; what takes longer goes on, and the log tells how it ended. */
const ANSWER_WITHIN_MS = 2200

export interface MattermostOptions {
  /** Null while no policy with this hook is in force. */
  inForce: () => { hook: MattermostHook; environment: Environment } | null
  modes: () => ModeStatus[]
  switch: (name: string, on: boolean) => Promise<ReloadResult>
  /** By backend. */
  probes: () => Readonly<Record<string, ProbeStatus>>
  log: Log
  answerWithinMs?: number
}

/** Null while the policy has no such hook. */
export type AnswerHook = (call: HookCall) => Promise<HookAnswer | null>

export function createMattermostHook(options: MattermostOptions): AnswerHook {
  const { inForce, log, answerWithinMs = ANSWER_WITHIN_MS } = options
  return async (call) => {
    const current = inForce()
    if (current === null) return null
    const { hook, environment } = current
    const post = readPost(call)
    if (post === null) return { kind: 'unreadable' }
    const tokens = hook.tokens.map(({ env }) => environment[env] ?? '')
    if (!isOneOf(post.token, tokens)) return { kind: 'wrong-token' }
    const say = (text: string): HookAnswer => ({ kind: 'answer', response: respond(post, text) })
    const denied = whyDenied(post, hook)
    if (denied !== null) {
      log('warn', `Mattermost: ${whoIs(post)} was refused: this ${denied} is not allowed`)
      return say(`This ${denied} may not do that.`)
    }
    const modes = options.modes()
    const command = readCommand(post, { modes: modes.map(({ name }) => name), commands: hook.commands })
    const done = carryOut(command, post, { ...options, modes, commands: hook.commands })
    return say(await within(done, answerWithinMs))
  }
}

interface Doing extends Pick<MattermostOptions, 'switch' | 'probes' | 'log'> {
  modes: readonly ModeStatus[]
  commands: Readonly<Record<string, string>>
}

async function carryOut(command: Command, post: MattermostPost, doing: Doing): Promise<string> {
  const { modes, commands } = doing
  if (command.kind === 'switch') return await switchMode(command, post, doing)
  if (command.kind === 'status') {
    return [...modes.map(modeText), ...Object.entries(doing.probes()).map(backendText)].join('\n')
  }
  const asked = command.kind === 'mode-status' ? modes.find(({ name }) => name === command.mode) : undefined
  return asked === undefined ? helpText(modes, commands) : modeText(asked)
}

async function switchMode(
  { mode, on }: { mode: string; on: boolean },
  post: MattermostPost,
  doing: Doing,
): Promise<string> {
  const word = on ? 'on' : 'off'
  const result = await doing.switch(mode, on)
  if (result.kind === 'failed') {
    doing.log(
      'warn',
      `mode \`${mode}\` was not switched ${word}: ${whoIs(post)} by Mattermost; ${result.rendered}`,
    )
    return `Mode **${mode}** is not ${word}: the gateway's log says why.`
  }
  doing.log('info', `mode \`${mode}\` is ${word}: ${whoIs(post)} by Mattermost`)
  return `Mode **${mode}** is **${word}**.`
}

/** Settles in time, whatever the work does. */
async function within(work: Promise<string>, ms: number): Promise<string> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve('Still working on it: ask for the status in a moment.'), ms)
  try {
    return await Promise.race([work.catch(() => "That failed: the gateway's log says why."), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Compares digests, each with each: the time taken says nothing. */
function isOneOf(token: string, tokens: readonly string[]): boolean {
  const digest = sha256(token)
  return tokens.filter((known) => timingSafeEqual(sha256(known), digest) && known !== '').length > 0
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function whyDenied({ team, channel, user }: MattermostPost, hook: MattermostHook): string | null {
  const isIn = (id: string, list: readonly string[] | null): boolean => list === null || list.includes(id)
  if (!isIn(team, hook.teams)) return 'team'
  if (!isIn(channel, hook.channels)) return 'channel'
  return isIn(user, hook.users) ? null : 'user'
}

function whoIs({ userName, user }: MattermostPost): string {
  return `@${userName} (${user.replaceAll(/\W/g, '').slice(0, 32)})`
}

function respond({ command }: MattermostPost, text: string): MattermostResponse {
  return { response_type: command === null ? 'comment' : 'ephemeral', text }
}

function modeText({ name, on, since, gates, host }: ModeStatus): string {
  const state = on ? `**on** since ${since}` : '**off**'
  const gated = gates.length === 0 ? '' : `; it gates ${gates.join(', ')}`
  const unknown = host?.unknownSince == null ? '' : `; its host has not told since ${host.unknownSince}`
  return `Mode ${name} is ${state}${gated}${unknown}`
}

function backendText([name, { state }]: [string, ProbeStatus]): string {
  return `Backend ${name} is ${state === 'unknown' ? 'not asked yet' : state}`
}

function helpText(modes: readonly ModeStatus[], commands: Readonly<Record<string, string>>): string {
  const words = [...Object.keys(commands), ...modes.map(({ name }) => name)]
  const list = [...new Set(words)].map((word) => `\`${word} on|off|status\``)
  return ['Say one of these:', ...list, '`status`'].join('\n')
}
