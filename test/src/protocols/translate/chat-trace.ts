/** What a model says as servers of chat send it: whole, and streamed in all the ways that are met. */
import { cut, type Said, type Tape } from './said.ts'

type Delta = Record<string, unknown>

const FINISH = { stop: 'stop', length: 'length', tools: 'tool_calls' } as const

export function chatUsage({ input, cached, output }: Said): Record<string, unknown> {
  return {
    prompt_tokens: input + cached,
    completion_tokens: output,
    total_tokens: input + cached + output,
    prompt_tokens_details: { cached_tokens: cached },
  }
}

export function chatAnswer(said: Said): Record<string, unknown> {
  const calls = said.calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  const message = {
    role: 'assistant',
    content: said.text === '' ? null : said.text,
    ...(said.reasoning !== '' && { reasoning_content: said.reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'wire',
    choices: [{ index: 0, message, logprobs: null, finish_reason: FINISH[said.end] }],
    usage: chatUsage(said),
  }
}

/** @param tape decides how it is cut and mixed, and what is left out */
export function chatTrace(said: Said, tape: Tape): string {
  const reasoning = tape(2) === 0 ? 'reasoning_content' : 'reasoning'
  const deltas: Delta[] = [
    { role: 'assistant', content: tape(2) === 0 ? '' : null },
    ...cut(said.reasoning, tape).map((piece) => ({ [reasoning]: piece })),
    ...cut(said.text, tape).map((content) => ({ content })),
    ...callDeltas(said, tape),
  ]
  const usage = chatUsage(said)
  const isLate = tape(2) === 0
  const chunks = deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }]))
  chunks.push(chunk([{ index: 0, delta: {}, finish_reason: FINISH[said.end] }], isLate ? {} : { usage }))
  if (isLate) chunks.push(chunk([], { usage }))
  const events = chunks.map((data) =>
    tape(4) === 1 ? `: keep-alive\n\ndata:${data}\n\n` : `data: ${data}\n\n`,
  )
  return events.join('') + (tape(3) === 2 ? '' : 'data: [DONE]\n\n')
}

function chunk(choices: unknown[], more: Delta = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'wire',
    choices,
    ...more,
  })
}

function callDeltas(said: Said, tape: Tape): Delta[] {
  const style = tape(4)
  const pieces = said.calls.map(({ id, name, input }, index): Delta[] => {
    const json = JSON.stringify(input)
    if (style === 1) return [{ index: 0, id, type: 'function', function: { name, arguments: json } }]
    const place = style === 2 ? {} : { index }
    const half = style === 3 ? Math.floor(name.length / 3) : 0
    return [
      { ...place, id, type: 'function', function: { name: name.slice(0, half || undefined), arguments: '' } },
      ...(half > 0 ? [{ ...place, function: { name: name.slice(half) } }] : []),
      ...cut(json, tape).map((piece) => Object.assign({ function: { arguments: piece } }, place)),
    ]
  })
  // By the book pieces of several calls may be mixed: each says which it belongs to.
  const order = style === 0 ? mix(pieces, tape) : pieces.flat()
  return order.map((piece) => ({ tool_calls: [piece] }))
}

/** Calls begin in their order, and then their pieces come as they will. */
function mix(queues: readonly Delta[][], tape: Tape): Delta[] {
  const waiting = [...queues]
  const open: Delta[][] = []
  const mixed: Delta[] = []
  while (waiting.length + open.length > 0) {
    const place = tape(open.length + (waiting.length > 0 ? 1 : 0))
    if (place === open.length) open.push(...waiting.splice(0, 1))
    const queue = open[place] ?? []
    mixed.push(...queue.splice(0, 1))
    if (queue.length === 0) open.splice(place, 1)
  }
  return mixed
}
