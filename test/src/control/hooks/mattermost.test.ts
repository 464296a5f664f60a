import { describe, expect, it } from 'vitest'
import type { ReloadResult } from '../../../../src/control/gateway.ts'
import { createMattermostHook } from '../../../../src/control/hooks/mattermost.ts'
import type { ModeStatus } from '../../../../src/control/mode-status.ts'
import type { HookAnswer, HookCall, MattermostHook } from '../../../../src/table/mattermost-hook.ts'

const HOOK: MattermostHook = {
  tokens: [{ env: 'SLASH' }, { env: 'WEBHOOK' }, { env: 'UNSET' }],
  teams: ['t1'],
  channels: ['c1'],
  users: ['u1'],
  commands: { gaming: 'gaming-pc' },
}
const POST = {
  token: 'slash-token',
  team_id: 't1',
  channel_id: 'c1',
  user_id: 'u1',
  user_name: 'ada',
  command: '/gaming',
  text: 'on',
}
const MODE: ModeStatus = {
  name: 'gaming-pc',
  on: false,
  since: null,
  whenOn: 'force-only',
  gates: ['gpu'],
  host: null,
}

interface World {
  answer: HookAnswer | null
  switched: string[]
  log: string[]
}

async function post(fields: object, { call = {}, result, within = 1000 }: Setting = {}): Promise<World> {
  const switched: string[] = []
  const log: string[] = []
  const hook = createMattermostHook({
    inForce: () => ({ hook: HOOK, environment: { SLASH: 'slash-token', WEBHOOK: 'webhook-token' } }),
    modes: () => [MODE],
    switch: (name, on) => {
      switched.push(`${name} ${on}`)
      return result ?? Promise.resolve({ kind: 'reloaded', digest: '', how: 'swapped' })
    },
    probes: () => ({
      gpu: { state: 'down', since: 0, askedAt: 0, latencyMs: null, detail: 'refused' },
    }),
    log: (level, line) => void log.push(`${level}: ${line}`),
    answerWithinMs: within,
  })
  const body = new URLSearchParams({ ...POST, ...fields }).toString()
  const answer = await hook({
    contentType: 'application/x-www-form-urlencoded',
    authorization: null,
    body,
    ...call,
  })
  return { answer, switched, log }
}

interface Setting {
  call?: Partial<HookCall>
  result?: Promise<ReloadResult>
  within?: number
}

const said = (text: unknown): object => ({ kind: 'answer', response: { response_type: 'ephemeral', text } })

describe('createMattermostHook', () => {
  it('switches a mode, and the log names who did', async () => {
    expect(await post({})).toEqual({
      answer: said('Mode **gaming-pc** is **on**.'),
      switched: ['gaming-pc true'],
      log: ['info: mode `gaming-pc` is on: @ada (u1) by Mattermost'],
    })
  })

  it('takes the token from the header too, and JSON of a webhook, and answers below the post', async () => {
    const fields = { ...POST, token: '', command: undefined, text: 'gaming mode off', trigger_word: 'gaming' }
    const call = {
      contentType: 'application/json; charset=utf-8',
      authorization: 'Token webhook-token',
      body: JSON.stringify(fields),
    }
    expect((await post({}, { call })).answer).toEqual({
      kind: 'answer',
      response: { response_type: 'comment', text: 'Mode **gaming-pc** is **off**.' },
    })
  })

  it.each([{ token: 'wrong' }, { token: '' }])('refuses $token as a token', async (fields) => {
    expect(await post(fields)).toEqual({ answer: { kind: 'wrong-token' }, switched: [], log: [] })
  })

  it.each([
    { fields: { team_id: 't2' }, who: 'team' },
    { fields: { channel_id: 'c2' }, who: 'channel' },
    { fields: { user_id: 'u2' }, who: 'user' },
  ])('refuses a $who that is not listed', async ({ fields, who }) => {
    const { answer, switched, log } = await post(fields)
    expect({ answer, switched }).toEqual({ answer: said(`This ${who} may not do that.`), switched: [] })
    expect(log).toHaveLength(1)
  })

  it.each([
    { text: 'status', says: /^Mode gaming-pc is \*\*off\*\*; it gates gpu$/ },
    {
      text: 'blow up',
      says: /^Say one of these:\n`gaming on\|off\|status`\n`gaming-pc on\|off\|status`\n`status`$/,
    },
  ])('answers "$text"', async ({ text, says }) => {
    expect((await post({ text })).answer).toEqual(said(expect.stringMatching(says)))
  })

  it('tells of all modes and backends', async () => {
    const { answer } = await post({ command: '/aicc', text: 'status' })
    expect(answer).toEqual(said('Mode gaming-pc is **off**; it gates gpu\nBackend gpu is down'))
  })

  it('says that it failed, and the log says why', async () => {
    const rendered = 'the host does not tell'
    const result = Promise.resolve({ kind: 'failed', fault: 'machine', diagnostics: [], rendered } as const)
    const { answer, log } = await post({}, { result })
    expect(answer).toEqual(said("Mode **gaming-pc** is not on: the gateway's log says why."))
    expect(log).toEqual([
      'warn: mode `gaming-pc` was not switched on: @ada (u1) by Mattermost; the host does not tell',
    ])
  })

  it('answers in time what takes longer', async () => {
    const never = new Promise<ReloadResult>(() => {})
    const { answer } = await post({}, { result: never, within: 5 })
    expect(answer).toEqual(said('Still working on it: ask for the status in a moment.'))
  })

  it.each(['[]', 'null', '{', '"text"'])('cannot read %s', async (body) => {
    const { answer } = await post({}, { call: { contentType: 'application/json', body } })
    expect(answer).toEqual({ kind: 'unreadable' })
  })

  it('writes nothing of a caller into the log but letters and digits', async () => {
    const { log } = await post({ user_name: 'a\nb`<c>', user_id: 'u1' })
    expect(log).toEqual(['info: mode `gaming-pc` is on: @abc (u1) by Mattermost'])
  })
})
