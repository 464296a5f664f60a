/** What a backend of Anthropic's messages says, for the mock upstream. */
import { json, type Reply } from './reply.ts'

/** One named event. */
export function named(event: { type: string } & Record<string, unknown>): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

export const MESSAGE_START: string = named({
  type: 'message_start',
  message: {
    id: 'msg_mock',
    type: 'message',
    role: 'assistant',
    model: 'mock',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 2, cache_creation_input_tokens: 0 },
  },
})

export const TEXT_START: string = named({
  type: 'content_block_start',
  index: 0,
  content_block: { type: 'text', text: '' },
})

export function textDelta(text: string): string {
  const delta = { type: 'text_delta', text }
  return named({ type: 'content_block_delta', index: 0, delta })
}

/** What closes a message: its block, the reason, and the end. */
export function messageEnd(reason = 'end_turn', output = 2): string {
  return (
    named({ type: 'content_block_stop', index: 0 }) +
    named({
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: output },
    }) +
    named({ type: 'message_stop' })
  )
}

export function messageStream(words: readonly string[]): string {
  return MESSAGE_START + TEXT_START + words.map(textDelta).join('') + messageEnd()
}

/** A message that is not streamed. */
export function message(text: string): Reply {
  return json(200, {
    id: 'msg_mock',
    type: 'message',
    role: 'assistant',
    model: 'mock',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 2, cache_read_input_tokens: 2, cache_creation_input_tokens: 0 },
  })
}

export const OVERLOADED: { type: string; error: unknown } = {
  type: 'error',
  error: { type: 'overloaded_error', message: 'Overloaded' },
}
