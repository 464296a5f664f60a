/** Messages in the form that Langfuse shows as a conversation: OpenAI's. */
import type { TraceMessage } from '../../table/trace-text.ts'

/** @returns JSON: a message, or a list of several; null = there are none */
export function toChatMl(messages: readonly TraceMessage[]): string | null {
  const [first, ...more] = messages.map(({ role, content, calls = [] }) => ({
    role,
    content,
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ name, arguments: given }) => ({
        type: 'function',
        function: { name, arguments: given },
      })),
    }),
  }))
  if (first === undefined) return null
  return JSON.stringify(more.length === 0 ? first : [first, ...more])
}
