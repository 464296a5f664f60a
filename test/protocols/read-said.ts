/** What the vendors' own clients make of an answer, in words that all protocols have. */
import type Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { answerOf } from '../src/protocols/translate/answer-of.ts'
import { readCompletion } from '../src/protocols/translate/read-completion.ts'
import { readMessage } from '../src/protocols/translate/read-message.ts'
import type { Said } from '../src/protocols/translate/said.ts'

/** `input` counts what was cached too; ids of calls are the gateway's or the backend's. */
export type Heard = Omit<Said, 'reasoning' | 'cached' | 'calls'> & {
  calls: { name: string; input: unknown }[]
}

export function heardOf({ text, calls, end, input, cached, output }: Said): Heard {
  const told = calls.map(({ name, input: given }) => ({ name, input: given }))
  return { text, calls: told, end, input: input + cached, output }
}

type Reader = (bytes: Uint8Array, isStreamed: boolean) => Promise<Heard>

export const readSaid: Readonly<Record<'chat' | 'messages' | 'responses', Reader>> = {
  chat: async (bytes, isStreamed) => heardInCompletion(await readCompletion([bytes], isStreamed)),
  messages: async (bytes, isStreamed) => heardInMessage(await readMessage([bytes], isStreamed)),
  responses: async (bytes, isStreamed) => heardInResponse(await readResponse(bytes, isStreamed)),
}

export function heardInCompletion({ choices, usage }: OpenAI.ChatCompletion): Heard {
  const [choice] = choices
  const calls = choice?.message.tool_calls ?? []
  return {
    text: choice?.message.content ?? '',
    calls: calls.flatMap((call) => (call.type === 'function' ? [calledWith(call.function)] : [])),
    end: endOf(choice?.finish_reason),
    input: usage?.prompt_tokens ?? 0,
    output: usage?.completion_tokens ?? 0,
  }
}

export function heardInMessage({ content, stop_reason: reason, usage }: Anthropic.Message): Heard {
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [],
    ),
    end: endOf(reason),
    input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0),
    output: usage.output_tokens,
  }
}

export function heardInResponse(response: OpenAI.Responses.Response): Heard {
  const { output, output_text: text, status, usage } = response
  const calls = output.flatMap((item) => (item.type === 'function_call' ? [calledWith(item)] : []))
  return {
    text,
    calls,
    // It has no word for "a tool is called".
    end: calls.length > 0 && status === 'completed' ? 'tools' : endOf(status),
    input: usage?.input_tokens ?? 0,
    output: usage?.output_tokens ?? 0,
  }
}

function calledWith({ name, arguments: given }: { name: string; arguments: string }): Heard['calls'][number] {
  return { name, input: JSON.parse(given) }
}

const ENDS: Readonly<Record<string, Said['end']>> = {
  stop: 'stop',
  end_turn: 'stop',
  completed: 'stop',
  tool_calls: 'tools',
  tool_use: 'tools',
  length: 'length',
  max_tokens: 'length',
  incomplete: 'length',
}

/** @throws Error for a reason that no case has */
function endOf(reason: string | null | undefined): Said['end'] {
  const end = ENDS[reason ?? '']
  if (end === undefined) throw new Error(`an answer ended with ${String(reason)}`)
  return end
}

function readResponse(bytes: Uint8Array, isStreamed: boolean): Promise<OpenAI.Responses.Response> {
  const client = new OpenAI({
    apiKey: 'test',
    maxRetries: 0,
    fetch: () => Promise.resolve(answerOf([bytes], isStreamed)),
  })
  const request = { model: 'm', input: 'hi' }
  return isStreamed ? client.responses.stream(request).finalResponse() : client.responses.create(request)
}
