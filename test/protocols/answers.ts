/** What backends say in each case, in the words of each protocol. */
import type { Surface, Wire } from '../../src/table/route-table.ts'
import { chatAnswer, chatTrace } from '../src/protocols/translate/chat-trace.ts'
import { messageAnswer, messageTrace } from '../src/protocols/translate/message-trace.ts'
import type { Said, Tape } from '../src/protocols/translate/said.ts'
import { WIRES } from '../faults/wires.ts'
import { named } from '../upstream/message-reply.ts'
import { DONE, frame, json, type Reply } from '../upstream/reply.ts'
import type { Case } from './cells.ts'
import { responseAnswer, responseTrace } from './response-trace.ts'

export const FAILURE = 'the model does not feel well'

const WEATHER = { id: 'call_1', name: 'get_weather', input: { city: 'Paris' } }
const TIME = { id: 'call_2', name: 'get_time', input: { zone: 'UTC' } }

/** What the model says. */
export function saidIn(name: Case): Said {
  const calls = { tools: [WEATHER], 'parallel tools': [WEATHER, TIME] }[name as string] ?? []
  const text = calls.length === 0 ? 'Hello there' : ''
  return {
    reasoning: '',
    text,
    calls,
    end: calls.length === 0 ? 'stop' : 'tools',
    input: 5,
    cached: 3,
    output: 7,
  }
}

/** In pieces of three characters, and otherwise by the book. */
const tape: Tape = (n) => (n === 6 ? 3 : 0)

/** A conversation's protocol: whole and streamed, and the beginning of a stream. */
interface Words {
  whole: (said: Said) => unknown
  stream: (said: Said) => string
  begun: string
  failure: string
}

const failing = { message: FAILURE, code: '500' }
const begunIn = (wire: 'chat' | 'messages' | 'responses'): Pick<Words, 'begun' | 'failure'> => ({
  begun: WIRES[wire].prelude + WIRES[wire].begun,
  failure: WIRES[wire].failure(failing),
})

/** The vendor's client reads text only where a part was opened for it. */
const RESPONSE_BEGUN =
  WIRES.responses.prelude +
  named({
    type: 'response.content_part.added',
    sequence_number: 2,
    item_id: 'msg_mock',
    output_index: 0,
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [] },
  }) +
  WIRES.responses.begun

const COMPLETION = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'wire' }
const textChoice = (text: string, reason: string | null): object => ({
  ...COMPLETION,
  choices: [{ index: 0, text, logprobs: null, finish_reason: reason }],
})

const WORDS: Partial<Record<Wire, Words>> = {
  chat: { whole: chatAnswer, stream: (said) => chatTrace(said, tape), ...begunIn('chat') },
  messages: { whole: messageAnswer, stream: (said) => messageTrace(said, tape), ...begunIn('messages') },
  responses: {
    whole: responseAnswer,
    stream: (said) => responseTrace(said, tape),
    failure: begunIn('responses').failure,
    begun: RESPONSE_BEGUN,
  },
  completions: {
    whole: ({ text, input, cached, output }) => ({
      ...textChoice(text, 'stop'),
      usage: {
        prompt_tokens: input + cached,
        completion_tokens: output,
        total_tokens: input + cached + output,
      },
    }),
    stream: ({ text }) => frame(textChoice(text, null)) + frame(textChoice('', 'stop')) + DONE,
    begun: frame(textChoice('begun', null)),
    failure: frame({ error: failing }),
  },
}

/** What OpenAI's moderation looks for; the document and its clients want each of them in every answer. */
const JUDGED_FOR =
  'harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm self-harm/instructions ' +
  'self-harm/intent sexual sexual/minors violence violence/graphic'
const judged = (verdict: unknown): object =>
  Object.fromEntries(JUDGED_FOR.split(' ').map((what) => [what, verdict]))
const JUDGED = {
  categories: judged(false),
  category_scores: judged(0.001),
  category_applied_input_types: judged(['text']),
}

/** What answers of the other surfaces are. */
const PLAIN: Partial<Record<Wire, unknown>> = {
  embeddings: {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.25, 0.5] }],
    model: 'wire',
    usage: { prompt_tokens: 3, total_tokens: 3 },
  },
  rerank: { id: 'r', results: [{ index: 1, relevance_score: 0.9 }] },
  'count-tokens': { input_tokens: 42 },
  transcriptions: { text: 'Hello there' },
  translations: { text: 'Hello there' },
  images: { created: 1, data: [{ b64_json: 'AAAA' }] },
  moderations: { id: 'm', model: 'wire', results: [{ flagged: false, ...JUDGED }] },
}

const SOUND = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) % 256)

/** @throws Error for a wire that has no words here yet */
export function replyOf(wire: Wire, name: Case, streams: boolean): Reply {
  if (name === 'error' && !streams) return json(400, errorOf(wire))
  if (name === 'abort' && !streams) return [{ stall: true }]
  if (wire === 'speech') {
    return [{ head: 200, headers: { 'content-type': 'audio/mpeg' } }, { send: SOUND }]
  }
  const words = WORDS[wire]
  if (words === undefined) {
    if (!(wire in PLAIN)) throw new Error(`say in test/protocols/answers.ts what servers of ${wire} answer`)
    return json(200, PLAIN[wire])
  }
  if (name === 'error') return [{ send: words.begun + words.failure }]
  if (name === 'abort') return [{ send: words.begun }, { stall: true }]
  return streams ? [{ send: words.stream(saidIn(name)) }] : json(200, words.whole(saidIn(name)))
}

function errorOf(wire: Wire): object {
  const error = { type: 'invalid_request_error', message: FAILURE }
  if (wire === 'messages' || wire === 'count-tokens') return { type: 'error', error }
  return { error: { ...error, param: null, code: null } }
}

/** All bytes of a reply. */
export function bytesOf(reply: Reply): Buffer {
  return Buffer.concat(reply.map((step) => ('send' in step ? Buffer.from(step.send) : Buffer.alloc(0))))
}

/** Whether answers of a surface can be read as what a model said. */
export function isConversation(surface: Surface): surface is 'chat' | 'messages' | 'responses' {
  return surface === 'chat' || surface === 'messages' || surface === 'responses'
}
