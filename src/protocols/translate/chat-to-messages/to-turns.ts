/**
 * The messages of a chat as turns: users and the model speak one after another, what tools answered begins the user's next
 * turn, and instructions stand apart.
 */
import { isRecord } from '../../json-object.ts'
import { callInput } from '../call-input.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import { type Block, fromBlocks, toBlocks } from './to-blocks.ts'

interface Turn {
  role: 'user' | 'assistant'
  /** What tools answered: it stands in front, Anthropic demands it. */
  results: Block[]
  said: Block[]
}

export interface Conversation {
  /** Left out where there is none. */
  system?: unknown
  messages: unknown[]
}

const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['role', 'content'])
/** What clients send back of an answer without meaning anything by it stands here as well. */
const ASSISTANT_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'annotations',
])
const TOOL_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'tool_call_id', 'name'])
const NOT_IN_AN_ID = /[^\w-]/g

/** @throws GatewayError invalid_field, not_translatable */
export function toTurns(messages: unknown, lost: LostFields): Conversation {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidField('messages', '`messages` must be a list that is not empty.')
  }
  const walk = new Walk(lost)
  for (const [index, message] of messages.entries()) walk.message(message, `messages[${index}]`)
  return {
    ...(walk.system.length > 0 && { system: fromBlocks(walk.system) }),
    messages: walk.turns.map(({ role, results, said }) => ({
      role,
      content: fromBlocks([...results, ...said]),
    })),
  }
}

class Walk {
  readonly system: Block[] = []
  readonly turns: Turn[] = []
  readonly #lost: LostFields
  /** Of a call by the old `function_call`, which has none. */
  #oldCall: string | null = null

  constructor(lost: LostFields) {
    this.#lost = lost
  }

  message(message: unknown, at: string): void {
    if (!isRecord(message)) throw invalidField(at, `\`${at}\` must be an object.`)
    const blocks = toBlocks(message['content'], `${at}.content`, this.#lost)
    switch (message['role']) {
      case 'system':
      case 'developer':
        this.#note(message, SYSTEM_FIELDS)
        // All instructions go to the front: not every model takes them elsewhere.
        if (this.turns.length > 0) this.#lost.note('messages[].role')
        if (blocks.some(({ type }) => type !== 'text'))
          throw invalidField(`${at}.content`, 'Instructions must be text.')
        for (const block of blocks) this.system.push(block)
        return
      case 'user':
        this.#note(message, SYSTEM_FIELDS)
        this.#add('user', blocks)
        return
      case 'assistant':
        this.#assistant(message, blocks, at)
        return
      case 'tool':
        this.#note(message, TOOL_FIELDS)
        this.#result(idOf(message['tool_call_id'], `${at}.tool_call_id`), blocks)
        return
      case 'function':
        if (this.#oldCall === null) throw invalidField(at, `\`${at}\` answers no call of a function.`)
        this.#result(this.#oldCall, blocks)
        return
      default:
        throw invalidField(`${at}.role`, `\`${at}.role\` is no role of a chat.`)
    }
  }

  #assistant(message: Readonly<Record<string, unknown>>, said: readonly Block[], at: string): void {
    const { refusal, tool_calls: calls, function_call: old, audio } = message
    if (audio !== undefined && audio !== null)
      throw notTranslatable(`${at}.audio`, 'This model has no audio answers.')
    if (said.some(({ type }) => type !== 'text'))
      throw invalidField(`${at}.content`, `\`${at}.content\` must be text.`)
    this.#note(message, ASSISTANT_FIELDS)
    const blocks = [...said]
    if (typeof refusal === 'string') blocks.push(...toBlocks(refusal, at, this.#lost))
    if (Array.isArray(calls)) {
      for (const [index, call] of calls.entries()) blocks.push(this.#call(call, `${at}.tool_calls[${index}]`))
    }
    if (isRecord(old)) {
      this.#oldCall = `call_${this.turns.length}`
      blocks.push(this.#toolUse(this.#oldCall, old, `${at}.function_call`))
    }
    this.#add('assistant', blocks)
  }

  #call(call: unknown, at: string): Block {
    if (!isRecord(call)) throw invalidField(at, `\`${at}\` must be an object.`)
    const { id, type, function: of } = call
    if (type === 'custom')
      throw notTranslatable(at, 'Tools that take plain text are not known to this model.')
    if (!isRecord(of)) throw invalidField(`${at}.function`, `\`${at}.function\` must be an object.`)
    return this.#toolUse(idOf(id, `${at}.id`), of, `${at}.function`)
  }

  #toolUse(id: string, of: Readonly<Record<string, unknown>>, at: string): Block {
    const { name, arguments: given } = of
    if (typeof name !== 'string') throw invalidField(`${at}.name`, `\`${at}.name\` must be a string.`)
    const input = callInput(given)
    if (input !== null) return { type: 'tool_use', id, name, input }
    // A model may have written what is no JSON. Anthropic's manual has this for it.
    this.#lost.note('messages[].tool_calls[].function.arguments')
    return { type: 'tool_use', id, name, input: { INVALID_JSON: given } }
  }

  #result(id: string, blocks: readonly Block[]): void {
    const content = blocks.length > 0 ? { content: fromBlocks(blocks) } : {}
    this.#turnOf('user').results.push({ type: 'tool_result', tool_use_id: id, ...content })
  }

  #add(role: Turn['role'], blocks: readonly Block[]): void {
    if (blocks.length === 0) return
    const { said } = this.#turnOf(role)
    for (const block of blocks) said.push(block)
  }

  #turnOf(role: Turn['role']): Turn {
    const last = this.turns.at(-1)
    if (last?.role === role) return last
    const turn: Turn = { role, results: [], said: [] }
    this.turns.push(turn)
    return turn
  }

  #note(message: Readonly<Record<string, unknown>>, named: ReadonlySet<string>): void {
    this.#lost.noteOthers(message, named, 'messages[].')
  }
}

/** Anthropic takes letters, digits, `_` and `-` only; some servers of chat put other characters into ids. */
function idOf(id: unknown, at: string): string {
  if (typeof id !== 'string' || id === '') throw invalidField(at, `\`${at}\` must be a string.`)
  return id.replace(NOT_IN_AN_ID, '_')
}
