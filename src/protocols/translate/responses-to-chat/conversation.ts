/** Builds the messages of a chat by chat's own rules, from turns that come in pieces. */
import type { ChatPart } from './chat-parts.ts'

type ChatMessage = Record<string, unknown>

export interface Conversation {
  say: (role: 'system' | 'user' | 'assistant', parts: readonly ChatPart[]) => void
  call: (id: string, name: string, args: string) => void
  result: (id: string, parts: readonly ChatPart[]) => void
  messages: () => ChatMessage[]
}

export function createConversation(): Conversation {
  const messages: ChatMessage[] = []
  /** What tools showed. Their results are text in chat, and nothing may stand between those of one turn. */
  let shown: ChatPart[] = []

  const showAll = (): void => {
    if (shown.length > 0) messages.push({ role: 'user', content: shown })
    shown = []
  }
  /** The message that what comes next is added to, if it is of this role. */
  const lastOf = (role: string): ChatMessage | null => {
    const last = messages.at(-1)
    return last?.['role'] === role ? last : null
  }

  return {
    say(role, parts) {
      showAll()
      const last = lastOf(role)
      // Results must follow their calls: what is said after a call belongs to the message that has it. Instructions are one
      // message, as many templates of models take one only, and only at the beginning.
      if (last !== null && (role === 'system' || last['tool_calls'] !== undefined)) {
        last['content'] = joinContent(last['content'], contentOf(parts), role === 'system' ? '\n\n' : '')
        return
      }
      messages.push({ role, content: contentOf(parts) })
    },
    call(id, name, args) {
      showAll()
      const call = { id, type: 'function', function: { name, arguments: args } }
      const last = lastOf('assistant')
      if (last === null) {
        messages.push({ role: 'assistant', content: null, tool_calls: [call] })
        return
      }
      const calls = last['tool_calls']
      if (Array.isArray(calls)) calls.push(call)
      else last['tool_calls'] = [call]
    },
    result(id, parts) {
      const texts = parts.filter((part) => part['type'] === 'text')
      shown.push(...parts.filter((part) => part['type'] !== 'text'))
      messages.push({ role: 'tool', tool_call_id: id, content: contentOf(texts) })
    },
    messages() {
      showAll()
      return messages
    },
  }
}

/** Text alone goes as a string: not every server takes parts. */
function contentOf(parts: readonly ChatPart[]): unknown {
  const [first] = parts
  if (first === undefined) return ''
  return parts.length === 1 && first['type'] === 'text' ? first['text'] : [...parts]
}

function joinContent(before: unknown, after: unknown, between: string): unknown {
  if (before === null) return after
  if (typeof before === 'string' && typeof after === 'string') return before + between + after
  return [...partsOf(before), ...partsOf(after)]
}

function partsOf(content: unknown): unknown[] {
  return Array.isArray(content) ? content : [{ type: 'text', text: content }]
}
