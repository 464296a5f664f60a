/** What a model says as Anthropic sends it: whole, and streamed. */
import { cut, type Said, type Tape } from './said.ts'

type Fields = Record<string, unknown>

const STOP = { stop: 'end_turn', length: 'max_tokens', tools: 'tool_use' } as const

export function messageAnswer(said: Said): Fields {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'wire',
    content: [
      ...(said.reasoning === '' ? [] : [{ type: 'thinking', thinking: said.reasoning, signature: '' }]),
      ...(said.text === '' ? [] : [{ type: 'text', text: said.text }]),
      ...said.calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
    ],
    stop_reason: STOP[said.end],
    stop_sequence: null,
    stop_details: null,
    usage: usageOf(said),
  }
}

function usageOf({ input, cached, output }: Said): Fields {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  }
}

/** @param tape decides how it is cut, and what stands between */
export function messageTrace(said: Said, tape: Tape): string {
  const { id, type, role, model, stop_reason, stop_sequence, stop_details } = messageAnswer(said)
  const events: Fields[] = [
    {
      type: 'message_start',
      message: {
        id,
        type,
        role,
        model,
        content: [],
        stop_reason: null,
        usage: { ...usageOf(said), output_tokens: 1 },
      },
    },
  ]
  const blocks = [
    ...(said.reasoning === '' ? [] : [spoken('thinking', said.reasoning, tape)]),
    ...(said.text === '' ? [] : [spoken('text', said.text, tape)]),
    ...said.calls.map((call) => called(call, tape)),
  ]
  for (const [index, { block, deltas }] of blocks.entries()) {
    events.push({ type: 'content_block_start', index, content_block: block })
    for (const delta of deltas) {
      if (tape(5) === 1) events.push({ type: 'ping' })
      events.push({ type: 'content_block_delta', index, delta })
    }
    events.push({ type: 'content_block_stop', index })
  }
  events.push({
    type: 'message_delta',
    delta: { stop_reason, stop_sequence, stop_details },
    usage: { output_tokens: said.output },
  })
  events.push({ type: 'some_event_of_tomorrow' }, { type: 'message_stop' })
  return events
    .map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}  \n\n`)
    .join('')
}

interface Block {
  block: Fields
  deltas: Fields[]
}

function spoken(type: 'text' | 'thinking', text: string, tape: Tape): Block {
  const deltas: Fields[] = cut(text, tape).map((piece) => ({ type: `${type}_delta`, [type]: piece }))
  if (type === 'thinking') deltas.push({ type: 'signature_delta', signature: 's' })
  return { block: { type, [type]: '' }, deltas }
}

function called({ id, name, input }: Said['calls'][number], tape: Tape): Block {
  const isBare = Object.keys(input).length === 0 && tape(2) === 0
  const pieces = isBare ? [] : ['', ...cut(JSON.stringify(input), tape)]
  const deltas = pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece }))
  return { block: { type: 'tool_use', id, name, input: {} }, deltas }
}
