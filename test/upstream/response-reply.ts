/** What a backend of OpenAI's Responses API says, for the mock upstream. */
import { named } from './message-reply.ts'

export function responseOf(status: string, text: string | null): Record<string, unknown> {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return {
    id: 'resp_mock',
    object: 'response',
    created_at: 1_700_000_000,
    status,
    model: 'mock',
    error: null,
    output: text === null ? [] : [{ id: 'msg_mock', type: 'message', role: 'assistant', status, content }],
    usage:
      text === null
        ? null
        : {
            input_tokens: 7,
            input_tokens_details: { cached_tokens: 2 },
            output_tokens: 2,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: 9,
          },
    metadata: {},
  }
}

export const RESPONSE_START: string =
  named({ type: 'response.created', sequence_number: 0, response: responseOf('in_progress', null) }) +
  named({
    type: 'response.output_item.added',
    sequence_number: 1,
    output_index: 0,
    item: { id: 'msg_mock', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  })

export function outputDelta(delta: string, number = 2): string {
  const place = { item_id: 'msg_mock', output_index: 0, content_index: 0 }
  return named({ type: 'response.output_text.delta', sequence_number: number, ...place, delta })
}

function responseEnd(text: string, number = 9): string {
  const response = responseOf('completed', text)
  return named({ type: 'response.completed', sequence_number: number, response })
}

export function responseStream(words: readonly string[]): string {
  const deltas = words.map((word, i) => outputDelta(word, i + 2))
  return RESPONSE_START + deltas.join('') + responseEnd(words.join(''), words.length + 2)
}
