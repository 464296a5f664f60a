import { describe, expect, it } from 'vitest'
import { createTurn, type TurnStep } from '../../../../src/backends/opencode/turn.ts'

const SESSION = 'ses_1'

const event = (type: string, properties: object): object => ({
  id: 'evt_1',
  type,
  properties: { sessionID: SESSION, ...properties },
})
const message = (id: string, role: string, more: object = {}): object =>
  event('message.updated', { info: { id, role, sessionID: SESSION, ...more } })
const part = (id: string, type: string, text: string, messageID = 'msg_a'): object =>
  event('message.part.updated', { part: { id, type, text, messageID, sessionID: SESSION } })
const delta = (partID: string, text: string): object =>
  event('message.part.delta', { messageID: 'msg_a', partID, field: 'text', delta: text })
const TOKENS = { total: 16, input: 8, output: 5, reasoning: 2, cache: { read: 3, write: 1 } }
const FINISHED = message('msg_a', 'assistant', { finish: 'stop', tokens: TOKENS })
const IDLE = event('session.idle', {})
const DONE: TurnStep = {
  kind: 'done',
  finish: 'stop',
  usage: { input: 12, cached: 3, output: 7, reasoning: 2 },
}

function play(events: readonly unknown[]): TurnStep[] {
  const turn = createTurn(SESSION)
  return events.flatMap((one) => turn.take(one))
}

describe('createTurn', () => {
  it.each<{ name: string; events: unknown[]; steps: TurnStep[] }>([
    {
      name: 'words as they come, reasoning apart',
      events: [
        message('msg_u', 'user'),
        part('prt_u', 'text', 'what was asked', 'msg_u'),
        message('msg_a', 'assistant'),
        part('prt_r', 'reasoning', ''),
        delta('prt_r', 'hm'),
        part('prt_t', 'text', ''),
        delta('prt_t', 'Hello '),
        delta('prt_t', 'there'),
        part('prt_t', 'text', 'Hello there'),
        FINISHED,
        IDLE,
      ],
      steps: [
        { kind: 'reasoning', text: 'hm' },
        { kind: 'text', text: 'Hello ' },
        { kind: 'text', text: 'there' },
        DONE,
      ],
    },
    {
      name: 'deltas that were missed, from the whole part',
      events: [
        message('msg_a', 'assistant'),
        part('prt_t', 'text', ''),
        delta('prt_t', 'Hel'),
        part('prt_t', 'text', 'Hello there'),
        FINISHED,
        IDLE,
      ],
      steps: [{ kind: 'text', text: 'Hel' }, { kind: 'text', text: 'lo there' }, DONE],
    },
    {
      name: 'words that come before it is known who speaks',
      events: [
        part('prt_t', 'text', ''),
        delta('prt_t', 'Hello'),
        message('msg_a', 'assistant'),
        FINISHED,
        IDLE,
      ],
      steps: [{ kind: 'text', text: 'Hello' }, DONE],
    },
    {
      name: 'nothing of other sessions, nor idleness before the turn',
      events: [
        {
          type: 'message.part.delta',
          properties: { sessionID: 'ses_2', partID: 'prt_t', field: 'text', delta: 'x' },
        },
        {
          type: 'session.error',
          properties: { sessionID: 'ses_2', error: { name: 'UnknownError', data: {} } },
        },
        event('session.status', { status: { type: 'idle' } }),
        { type: 'server.heartbeat', properties: {} },
        null,
      ],
      steps: [],
    },
    {
      name: 'its own retry as the end: what it said would come again',
      events: [
        message('msg_a', 'assistant'),
        part('prt_t', 'text', ''),
        delta('prt_t', 'half'),
        event('session.status', {
          status: { type: 'retry', attempt: 1, message: 'Connection reset', next: 0 },
        }),
        delta('prt_t', 'half again'),
        IDLE,
      ],
      steps: [
        { kind: 'text', text: 'half' },
        { kind: 'failed', status: 502, message: 'Connection reset', retryAfterMs: null },
      ],
    },
    {
      name: 'a rate limit as such',
      events: [
        event('session.status', {
          status: { type: 'retry', attempt: 1, message: 'Too Many Requests', next: 0 },
        }),
      ],
      steps: [{ kind: 'failed', status: 429, message: 'Too Many Requests', retryAfterMs: 0 }],
    },
    {
      name: 'a failure of the provider, with its status and its words alone',
      events: [
        event('session.error', {
          error: {
            name: 'APIError',
            data: { message: 'nope', statusCode: 400, responseBody: 'sk-secret', isRetryable: false },
          },
        }),
      ],
      steps: [{ kind: 'failed', status: 400, message: 'nope', retryAfterMs: null }],
    },
    {
      name: 'an error that only the message tells',
      events: [
        message('msg_a', 'assistant', { error: { name: 'ProviderAuthError', data: { message: 'no key' } } }),
      ],
      steps: [{ kind: 'failed', status: 401, message: 'no key', retryAfterMs: null }],
    },
    {
      name: 'a prompt that is too long, in words that are known',
      events: [
        event('session.error', { error: { name: 'ContextOverflowError', data: { message: 'too big' } } }),
      ],
      steps: [
        {
          kind: 'failed',
          status: 413,
          message: 'the prompt is too long: maximum context length exceeded',
          retryAfterMs: null,
        },
      ],
    },
    {
      name: 'what it asks leave for',
      events: [
        event('permission.asked', { id: 'per_1', permission: 'bash' }),
        event('question.asked', { id: 'que_1' }),
      ],
      steps: [
        { kind: 'permission', id: 'per_1' },
        { kind: 'question', id: 'que_1' },
      ],
    },
  ])('tells $name', ({ events, steps }) => {
    expect(play(events)).toEqual(steps)
  })
})
