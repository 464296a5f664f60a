/** What a model says as OpenAI's Responses API sends it: whole, and streamed. */
import { cut, type Said, type Tape } from '../src/protocols/translate/said.ts'
import { named } from '../upstream/message-reply.ts'

type Fields = Record<string, unknown>

export function responseAnswer(said: Said): Fields {
  const { input, cached, output } = said
  return {
    ...responseOf('completed'),
    output: itemsOf(said),
    usage: {
      input_tokens: input + cached,
      input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + cached + output,
    },
  }
}

function responseOf(status: string): Fields {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status,
    model: 'wire',
    error: null,
    incomplete_details: null,
    output: [],
    usage: null,
    metadata: {},
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
  }
}

function itemsOf({ text, calls }: Said): Fields[] {
  const content = [{ type: 'output_text', text, annotations: [] }]
  const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }
  return [
    ...(text === '' ? [] : [message]),
    ...calls.map(({ id, name, input }, i) => ({
      id: `fc_${i}`,
      type: 'function_call',
      status: 'completed',
      call_id: id,
      name,
      arguments: JSON.stringify(input),
    })),
  ]
}

/** @param tape decides how it is cut */
export function responseTrace(said: Said, tape: Tape): string {
  const events: ({ type: string } & Fields)[] = [
    { type: 'response.created', response: responseOf('in_progress') },
    { type: 'response.in_progress', response: responseOf('in_progress') },
    ...itemsOf(said).flatMap((item, index) => itemEvents(item, index, tape)),
    { type: 'response.completed', response: responseAnswer(said) },
  ]
  return events.map((event, number) => named({ ...event, sequence_number: number })).join('')
}

function itemEvents(item: Fields, index: number, tape: Tape): ({ type: string } & Fields)[] {
  const place = { item_id: item['id'], output_index: index }
  const end = { type: 'response.output_item.done', output_index: index, item }
  const begin = (empty: Fields): { type: string } & Fields => ({
    type: 'response.output_item.added',
    output_index: index,
    item: { ...item, ...empty, status: 'in_progress' },
  })
  if (item['type'] === 'function_call') {
    const all = String(item['arguments'])
    const deltas = cut(all, tape).map((delta) =>
      Object.assign({ type: 'response.function_call_arguments.delta', delta }, place),
    )
    const done = { type: 'response.function_call_arguments.done', ...place, arguments: all }
    return [begin({ arguments: '' }), ...deltas, done, end]
  }
  const [part] = item['content'] as [{ text: string }]
  const at = { ...place, content_index: 0 }
  const deltas = cut(part.text, tape).map((delta) =>
    Object.assign({ type: 'response.output_text.delta', delta, logprobs: [] }, at),
  )
  return [
    begin({ content: [] }),
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...deltas,
    { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    end,
  ]
}
