/** Builds the messages of a chat by chat's own rules, from turns that come in pieces. */
import type { ChatPart } from './chat-parts.ts'

export interface Conversation {
  say: (role: 'system' | 'user' | 'assistant', parts: readonly ChatPart[]) => void
  call: (id: string, name: string, args: string) => void
  result: (id: string, parts: readonly ChatPart[]) => void
  messages: () => Record<string, unknown>[]
}

interface Turn {
  role: 'system' | 'user' | 'assistant' | 'tool'
  parts: ChatPart[]
  /** Calls of the assistant. */
  calls: unknown[]
  /** The call that a tool answers. */
  callId?: string
}

export function createConversation(): Conversation {
  const turns: Turn[] = []
  /** What tools showed. Their results are text in chat, and nothing may stand between those of one turn. */
  let shown: ChatPart[] = []

  const begin = (role: Turn['role']): Turn => {
    const turn: Turn = { role, parts: [], calls: [] }
    turns.push(turn)
    return turn
  }
  const showAll = (): void => {
    if (shown.length > 0) begin('user').parts = shown
    shown = []
  }
  /** The turn that what comes next belongs to, if it is of this role. */
  const lastOf = (role: Turn['role']): Turn | null => {
    const last = turns.at(-1)
    return last?.role === role ? last : null
  }

  return {
    say(role, parts) {
      showAll()
      const last = lastOf(role)
      // Results must follow their calls: what is said after a call belongs to the message that has it. Instructions are one
      // message, as many templates of models take one only, and only at the beginning.
      const goesOn = last !== null && (role === 'system' || last.calls.length > 0)
      const turn = goesOn ? last : begin(role)
      for (const part of parts) turn.parts.push(part)
    },
    call(id, name, args) {
      showAll()
      const turn = lastOf('assistant') ?? begin('assistant')
      turn.calls.push({ id, type: 'function', function: { name, arguments: args } })
    },
    result(id, parts) {
      const turn = begin('tool')
      turn.callId = id
      for (const part of parts) (part['type'] === 'text' ? turn.parts : shown).push(part)
    },
    messages() {
      showAll()
      return turns.map(messageOf)
    },
  }
}

function messageOf({ role, parts, calls, callId }: Turn): Record<string, unknown> {
  return {
    role,
    content: parts.length === 0 && calls.length > 0 ? null : contentOf(role, parts),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(callId !== undefined && { tool_call_id: callId }),
  }
}

/** What is text alone goes as a string: not every server takes parts. */
function contentOf(role: Turn['role'], parts: ChatPart[]): unknown {
  if (!parts.every((part) => part['type'] === 'text')) return parts
  const texts = parts.map((part) => part['text'])
  if (role === 'system') return texts.join('\n\n')
  return role === 'assistant' || texts.length <= 1 ? texts.join('') : parts
}
