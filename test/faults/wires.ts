/** The same faults in the words of each protocol that backends speak. */
import {
  messageEnd,
  MESSAGE_START,
  messageStream,
  message,
  named,
  TEXT_START,
  textDelta,
} from '../upstream/message-reply.ts'
import {
  chunk,
  completion,
  DONE,
  frame,
  json,
  ROLE,
  text,
  wholeStream,
  type Reply,
} from '../upstream/reply.ts'
import { outputDelta, RESPONSE_START, responseOf, responseStream } from '../upstream/response-reply.ts'

export type WireName = 'chat' | 'messages' | 'responses' | 'embeddings'

export interface WireWords {
  /** The beginning of a stream that says nothing yet. */
  prelude: string
  /** A first word behind it. */
  begun: string
  garbled: string
  /** A failure within a stream. */
  failure: (error: { message: string; code: string }) => string
  /** The end of a stream that was held back for safety. */
  filteredEnd: string
  filtered: Reply
  /** What a healthy backend says. */
  stream: string
  whole: Reply
}

const HELD = { index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' }
const INCOMPLETE = {
  ...responseOf('incomplete', null),
  incomplete_details: { reason: 'content_filter' },
}

const CHAT: WireWords = {
  prelude: ROLE,
  begun: text('begun'),
  garbled: frame('{"choices": ['),
  failure: (error) => frame({ error }),
  filteredEnd: chunk({ finish: 'content_filter' }) + DONE,
  filtered: json(200, { object: 'chat.completion', choices: [HELD] }),
  stream: wholeStream(['taken over']),
  whole: completion('taken over'),
}

export const WIRES: Readonly<Record<WireName, WireWords>> = {
  chat: CHAT,
  embeddings: CHAT,
  messages: {
    prelude: MESSAGE_START + TEXT_START,
    begun: textDelta('begun'),
    garbled: 'event: content_block_delta\ndata: {"type": [\n\n',
    failure: ({ message: said, code }) => named({ type: 'error', error: { type: code, message: said } }),
    filteredEnd: messageEnd('refusal'),
    filtered: json(200, {
      type: 'message',
      role: 'assistant',
      content: [],
      stop_reason: 'refusal',
      usage: {},
    }),
    stream: messageStream(['taken over']),
    whole: message('taken over'),
  },
  responses: {
    prelude: RESPONSE_START,
    begun: outputDelta('begun'),
    garbled: 'event: response.output_text.delta\ndata: {"type": [\n\n',
    failure: (error) => named({ type: 'error', ...error, param: null, sequence_number: 3 }),
    filteredEnd: named({ type: 'response.incomplete', sequence_number: 3, response: INCOMPLETE }),
    filtered: json(200, INCOMPLETE),
    stream: responseStream(['taken over']),
    whole: json(200, responseOf('completed', 'taken over')),
  },
}
