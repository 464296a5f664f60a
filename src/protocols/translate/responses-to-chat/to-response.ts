/** A whole answer of chat as a response. */
import { isRecord } from '../../json-object.ts'
import { argumentsOf } from '../call-deltas.ts'
import { chatSaid } from '../chat-said.ts'
import type { Asked } from '../translation.ts'
import { createCallIds } from './call-ids.ts'
import { itemId, type OutputItem, type SpokenPart } from './output-item.ts'
import { responseEnd, responseObject } from './response-object.ts'
import { responseUsage } from './response-usage.ts'
import { saidLogprobs } from './said-logprobs.ts'

/** @throws TypeError for an answer without a message */
export function toResponse(answer: Readonly<Record<string, unknown>>, asked: Asked): Record<string, unknown> {
  const choice: unknown = Array.isArray(answer['choices']) ? answer['choices'][0] : undefined
  if (!isRecord(choice)) throw new TypeError('an answer of chat has no choice')
  const { message } = choice
  if (!isRecord(message)) throw new TypeError('a choice of chat has no message')
  return responseObject(asked, {
    model: answer['model'],
    serviceTier: answer['service_tier'],
    end: responseEnd(choice['finish_reason']),
    output: outputOf(message, choice['logprobs'], asked),
    usage: responseUsage(answer['usage']),
  })
}

function outputOf(message: Readonly<Record<string, unknown>>, logprobs: unknown, asked: Asked): OutputItem[] {
  const output: OutputItem[] = []
  const said = chatSaid(message)
  const speak = (type: 'reasoning' | 'message', parts: SpokenPart[]): void => {
    const spoken = parts.filter((part) => part.text !== '')
    const index = output.length
    if (spoken.length > 0) output.push({ type, id: itemId(type, asked.id, index), index, parts: spoken })
  }
  speak('reasoning', [{ type: 'reasoning_text', text: said.reasoning, logprobs: [] }])
  speak('message', [
    { type: 'output_text', text: said.text, logprobs: saidLogprobs(logprobs) },
    { type: 'refusal', text: said.refusal, logprobs: [] },
  ])
  const ids = createCallIds(asked.id)
  const calls = Array.isArray(message['tool_calls']) ? message['tool_calls'] : []
  for (const call of calls) {
    const called = isRecord(call) ? call['function'] : undefined
    if (!isRecord(call) || !isRecord(called) || typeof called['name'] !== 'string') {
      throw new TypeError('a tool call of chat names no function')
    }
    const index = output.length
    output.push({
      type: 'function_call',
      id: itemId('function_call', asked.id, index),
      index,
      callId: ids.take(call['id'], index),
      name: called['name'],
      arguments: argumentsOf(called['arguments']),
    })
  }
  return output
}
