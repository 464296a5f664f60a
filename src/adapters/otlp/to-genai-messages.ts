/** What was said and heard, as the GenAI conventions write messages. */
import type { TraceMessage } from '../../table/trace-text.ts'

type Part =
  | { type: 'text'; content: string }
  | { type: 'tool_call'; name: string; arguments: unknown }
  | { type: 'tool_call_response'; response: string }

/** @returns JSON; null = there are none. Why an answer ended is not among what is known. */
export function toGenAiMessages(messages: readonly TraceMessage[]): string | null {
  if (messages.length === 0) return null
  return JSON.stringify(messages.map((message) => ({ role: message.role, parts: partsOf(message) })))
}

function partsOf({ role, content, calls = [] }: TraceMessage): Part[] {
  const said: Part =
    role === 'tool' ? { type: 'tool_call_response', response: content } : { type: 'text', content }
  return [
    ...(content === '' && calls.length > 0 ? [] : [said]),
    ...calls.map((call): Part => ({ type: 'tool_call', name: call.name, arguments: parsed(call.arguments) })),
  ]
}

/** Cut or masked, it may be JSON no longer: then it stays the text that it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
