/** Long streams of one token an event, as backends send them: text, and then the arguments of a call. */
import type { Wire } from '../../../src/table/route-table.ts'

/** A chat is answered in so many tokens of text, and a tool is called with half as many. */
const TEXT_TOKENS = 800
export const TOKENS: number = TEXT_TOKENS * 1.5

const words = Array.from({ length: TEXT_TOKENS }, (_, i) => ` word${i % 97}`)
/** One JSON string, so that a reader is never done early. */
const argumentPieces = Array.from({ length: TEXT_TOKENS / 2 }, (_, i) =>
  i === 0 ? '{"text":"' : ` line\\n${i % 89}`,
)

type Fields = Record<string, unknown>

const named = (event: Fields): string => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`
const delta = (index: number, fields: Fields): string =>
  named({ type: 'content_block_delta', index, delta: fields })
const block = (index: number, content: Fields): string =>
  named({ type: 'content_block_start', index, content_block: content })

function chunk(fields: Fields, finish: string | null = null): string {
  const head = {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    system_fingerprint: 'fp',
  }
  return `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: fields, logprobs: null, finish_reason: finish }] })}\n\n`
}

const call = (fields: Fields): string => chunk({ tool_calls: [fields] })

/** Wire → its events, each a piece of its own: nothing is saved by reading several at once. */
export const TRACES: Partial<Record<Wire, readonly string[]>> = {
  chat: [
    chunk({ role: 'assistant', content: '' }),
    ...words.map((content) => chunk({ content })),
    call({ index: 0, id: 'call_1', type: 'function', function: { name: 'write', arguments: '' } }),
    ...argumentPieces.map((piece) => call({ index: 0, function: { arguments: piece } })),
    call({ index: 0, function: { arguments: '"}' } }),
    chunk({}, 'tool_calls'),
    'data: [DONE]\n\n',
  ],
  messages: [
    named({
      type: 'message_start',
      message: { id: 'msg_1', role: 'assistant', model: 'm', content: [], usage: {} },
    }),
    block(0, { type: 'text', text: '' }),
    ...words.map((text) => delta(0, { type: 'text_delta', text })),
    named({ type: 'content_block_stop', index: 0 }),
    block(1, { type: 'tool_use', id: 'toolu_1', name: 'write', input: {} }),
    ...argumentPieces.map((piece) => delta(1, { type: 'input_json_delta', partial_json: piece })),
    delta(1, { type: 'input_json_delta', partial_json: '"}' }),
    named({ type: 'content_block_stop', index: 1 }),
    named({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } }),
    named({ type: 'message_stop' }),
  ],
}
