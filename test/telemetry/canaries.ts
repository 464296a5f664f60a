/** Secrets that clients and backends say, one for each client and place, so that it is known where one got out. */
import { createHash } from 'node:crypto'
import { UPSTREAM_KEY } from '../conformance/harness/policies.ts'
import type { Reply } from '../upstream/reply.ts'
import { chunk, DONE, frame, json, ROLE, text } from '../upstream/reply.ts'

/** What `open` says may be in traces whole, what `masked` says redacted, what `closed` says not at all. */
export const CLIENTS = ['open', 'masked', 'closed'] as const
export type CanaryClient = (typeof CLIENTS)[number]

/** Text of requests and answers, which a trace may hold. */
export const TEXT_PLACES = [
  'system',
  'prompt',
  'toolArguments',
  'toolResult',
  'answer',
  'answerArguments',
  'stream',
] as const

/** Whatever else they say. */
export const OTHER_PLACES = [
  'header',
  'correlationId',
  'sessionHeader',
  'session',
  'user',
  'fileName',
  'field',
  'unknownModel',
  'wrongKey',
  'answerHeader',
  'answerId',
  'upstreamError',
  'upstreamErrorHeader',
  'lateError',
] as const

export type CanaryPlace = (typeof TEXT_PLACES)[number] | (typeof OTHER_PLACES)[number]

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** As a key of AWS looks, which the detectors know. */
export function secretOf(client: CanaryClient, place: CanaryPlace): string {
  const digest = createHash('sha256').update(`${client} ${place}`).digest()
  return `AKIA${Array.from(digest.subarray(0, 16), (byte) => ALPHABET[byte % 32]).join('')}`
}

export function keyOf(client: CanaryClient): string {
  return `canary-key-of-${client}-0123456789abcdef`
}

/** All that must not be seen in any place, whoever is looked after; name → value. */
export function allSecrets(places: readonly CanaryPlace[]): Map<string, string> {
  const all = new Map<string, string>([['the key for the backend', UPSTREAM_KEY]])
  for (const client of CLIENTS) {
    all.set(`key of ${client}`, keyOf(client))
    for (const place of places) all.set(`${place} of ${client}`, secretOf(client, place))
  }
  return all
}

export interface CanaryRequest {
  headers: Record<string, string>
  body: unknown
}

const MODELS = ['plain', 'stream', 'broken', 'late'] as const

/** All that one client asks. */
export function requestsOf(client: CanaryClient): CanaryRequest[] {
  const secret = (place: CanaryPlace): string => secretOf(client, place)
  const call = { name: 'look', arguments: JSON.stringify({ with: secret('toolArguments') }) }
  const file = { filename: `${secret('fileName')}.pdf`, file_data: 'data:application/pdf;base64,AAAA' }
  const body = {
    user: secret('user'),
    metadata: { session_id: secret('session') },
    messages: [
      { role: 'system', content: `I know ${secret('system')}` },
      {
        role: 'user',
        content: [
          { type: 'text', text: `client=${client} ${secret('prompt')}` },
          { type: 'file', file },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: call }] },
      { role: 'tool', tool_call_id: 'c1', content: `it says ${secret('toolResult')}` },
    ],
  }
  const headers = {
    authorization: `Bearer ${keyOf(client)}`,
    'x-extra': secret('header'),
    'x-correlation-id': secret('correlationId'),
    'x-session-id': secret('sessionHeader'),
  }
  return [
    ...MODELS.map((model) => ({
      headers,
      body: { ...body, model, ...((model === 'stream' || model === 'late') && { stream: true }) },
    })),
    { headers, body: { ...body, model: secret('unknownModel') } },
    { headers, body: { ...body, model: 'plain', [secret('field')]: true } },
    {
      headers: { ...headers, authorization: `Bearer ${secret('wrongKey')}` },
      body: { ...body, model: 'plain' },
    },
  ]
}

/** How many records come of them: one with a wrong key has none. */
export const RECORDS_OF_CLIENT = 6

/** @param body as it reached the backend @param model its id there */
export function replyTo(body: string, model: string): Reply {
  const client = CLIENTS.find((name) => body.includes(`client=${name}`)) ?? 'closed'
  const secret = (place: CanaryPlace): string => secretOf(client, place)
  switch (model) {
    case 'mock/stream': {
      const word = secret('stream')
      return [
        { send: ROLE + text(word.slice(0, 7)) },
        { send: text(word.slice(7)) + chunk({ finish: 'stop' }) + DONE },
      ]
    }
    case 'mock/broken':
      return json(
        500,
        { error: { message: secret('upstreamError') } },
        { 'x-broken': secret('upstreamErrorHeader') },
      )
    case 'mock/late':
      return [
        { send: ROLE + text('so') },
        { send: frame({ error: { message: secret('lateError'), code: 500 } }) },
      ]
    default: {
      const call = { name: 'look', arguments: JSON.stringify({ with: secret('answerArguments') }) }
      const message = {
        role: 'assistant',
        content: `take ${secret('answer')}`,
        tool_calls: [{ id: 'c2', type: 'function', function: call }],
      }
      return json(
        200,
        { id: secret('answerId'), choices: [{ index: 0, message, finish_reason: 'stop' }] },
        { 'x-answer': secret('answerHeader') },
      )
    }
  }
}
