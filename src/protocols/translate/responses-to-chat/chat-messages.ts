/** `instructions` and `input` of the Responses API as the messages of a chat. */
import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import { chatParts, stringIn } from './chat-parts.ts'
import { createConversation, type Conversation } from './conversation.ts'

type Item = Readonly<Record<string, unknown>>

/** `developer` is the newer name of `system`, which servers of open models do not know. */
const ROLES: ReadonlyMap<unknown, 'system' | 'user' | 'assistant'> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
])

/** Members that say nothing a model would see, or that have a place in chat. */
const MESSAGE = new Set(['type', 'id', 'status', 'role', 'content'])
const CALL = new Set(['type', 'id', 'status', 'call_id', 'name', 'arguments'])
const RESULT = new Set(['type', 'id', 'status', 'call_id', 'name', 'output'])

/** @throws GatewayError invalid_field, not_translatable (400) */
export function chatMessages(body: Item, lost: LostFields): Record<string, unknown>[] {
  const conversation = createConversation()
  const { instructions, input } = body
  if (typeof instructions === 'string') conversation.say('system', [{ type: 'text', text: instructions }])
  else if (instructions !== undefined && instructions !== null) {
    throw invalidField('instructions', '`instructions` must be a string.')
  }
  if (typeof input === 'string') conversation.say('user', [{ type: 'text', text: input }])
  else if (Array.isArray(input)) {
    for (const [i, item] of input.entries()) addItem(conversation, item, { at: `input[${i}]`, lost })
  } else throw invalidField('input', '`input` must be a string or a list of items.')
  const messages = conversation.messages()
  if (messages.length === 0) throw invalidField('input', '`input` is empty.')
  return messages
}

function addItem(
  conversation: Conversation,
  item: unknown,
  { at, lost }: { at: string; lost: LostFields },
): void {
  if (!isRecord(item)) throw invalidField(at, `\`${at}\` must be an object.`)
  const type = item['type'] ?? (item['role'] === undefined ? 'item_reference' : 'message')
  switch (type) {
    case 'message': {
      const role = ROLES.get(item['role'])
      if (role === undefined) {
        throw invalidField(`${at}.role`, `\`${at}.role\` must be user, assistant, system or developer.`)
      }
      lost.noteOthers(item, MESSAGE, 'input[].')
      conversation.say(
        role,
        chatParts(item['content'], { at: `${at}.content`, field: 'input[].content', lost }),
      )
      return
    }
    case 'function_call':
      lost.noteOthers(item, CALL, 'input[].')
      conversation.call(
        stringIn(item, 'call_id', at),
        stringIn(item, 'name', at),
        stringIn(item, 'arguments', at),
      )
      return
    case 'function_call_output': {
      lost.noteOthers(item, RESULT, 'input[].')
      const parts = chatParts(item['output'], { at: `${at}.output`, field: 'input[].output', lost })
      conversation.result(stringIn(item, 'call_id', at), parts)
      return
    }
    case 'reasoning':
      // No two servers of chat agree on how thoughts of the past are told, and most refuse or forget them.
      lost.note('input[].reasoning')
      return
    case 'item_reference':
      throw notTranslatable(
        at,
        'No backend of this model keeps state, so items cannot be referred to: send the item itself.',
      )
    default:
      throw notTranslatable(at, `Chat has no items of type ${JSON.stringify(type)}.`)
  }
}
