/** One turn of a conversation as messages of chat: what tools answered stands in messages of its own there. */
import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'
import { type ChatPart, listOf, toChatContent, toChatParts } from './to-chat-parts.ts'

type ChatMessage = Record<string, unknown>

const TOOL_USE_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'name',
  'input',
  'cache_control',
  'caller',
])
const TOOL_RESULT_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'tool_use_id',
  'content',
  'cache_control',
  'is_error',
])
const BLOCK = 'messages[].content[].'

/**
 * @param turn one of `messages`
 * @throws GatewayError invalid_field, not_translatable
 */
export function toChatMessages(turn: unknown, index: number, lost: LostFields): ChatMessage[] {
  const at = `messages[${index}]`
  if (!isRecord(turn)) throw invalidField(at, `\`${at}\` must be an object.`)
  const { role, content } = turn
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw invalidField(`${at}.role`, `\`${at}.role\` must be \`user\`, \`assistant\` or \`system\`.`)
  }
  if (typeof content === 'string') return [{ role, content }]
  const blocks = listOf(content, `${at}.content`)
  if (role === 'assistant') return [assistantMessage(blocks, at, lost)]
  return role === 'user' ? userMessages(blocks, at, lost) : [systemMessage(blocks, `${at}.content`, lost)]
}

/** @param blocks of `system`, or of a turn of that role */
export function systemMessage(
  blocks: readonly Record<string, unknown>[],
  at: string,
  lost: LostFields,
): ChatMessage {
  const parts = blocks.flatMap((block, index) => {
    const place = { at: `${at}[${index}]`, prefix: `${at.replace(/\[\d+\]/, '[]')}[].` }
    if (block['type'] !== 'text') throw invalidField(place.at, `\`${place.at}\` must be a text.`)
    return toChatParts(block, place, lost) ?? []
  })
  return { role: 'system', content: toChatContent(parts) }
}

function assistantMessage(
  blocks: readonly Record<string, unknown>[],
  at: string,
  lost: LostFields,
): ChatMessage {
  const parts: ChatPart[] = []
  const calls: unknown[] = []
  for (const [index, block] of blocks.entries()) {
    const place = { at: `${at}.content[${index}]`, prefix: BLOCK }
    const { type } = block
    if (type === 'tool_use') calls.push(toolCall(block, place.at, lost))
    // Servers of chat take no thoughts back, or each in its own way.
    else if (type === 'thinking' || type === 'redacted_thinking') lost.note(BLOCK + type)
    else if (type === 'text') for (const part of toChatParts(block, place, lost) ?? []) parts.push(part)
    else throw unknownBlock(place.at, type)
  }
  // OpenAI's own answers have null there, and clients send those back: servers know it better than no content at all.
  const content = parts.length === 0 && calls.length > 0 ? null : toChatContent(parts)
  return { role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls }) }
}

function toolCall(block: Readonly<Record<string, unknown>>, at: string, lost: LostFields): unknown {
  const { id, name, input } = block
  if (typeof id !== 'string' || typeof name !== 'string')
    throw invalidField(at, `\`${at}\` must have an id and a name.`)
  lost.noteOthers(block, TOOL_USE_FIELDS, BLOCK)
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }
}

function userMessages(
  blocks: readonly Record<string, unknown>[],
  at: string,
  lost: LostFields,
): ChatMessage[] {
  const results: ChatMessage[] = []
  const shown: ChatPart[] = []
  const parts: ChatPart[] = []
  for (const [index, block] of blocks.entries()) {
    const where = `${at}.content[${index}]`
    if (block['type'] === 'tool_result') results.push(toolMessage(block, { at: where, shown }, lost))
    else {
      const added = toChatParts(block, { at: where, prefix: BLOCK }, lost)
      if (added === null) throw unknownBlock(where, block['type'])
      for (const part of added) parts.push(part)
    }
  }
  const said = [...shown, ...parts]
  if (results.length > 0 && said.length === 0) return results
  return [...results, { role: 'user', content: toChatContent(said) }]
}

/** @param shown takes what is no text: a tool's message holds text only, so the user shows the rest right behind */
function toolMessage(
  block: Readonly<Record<string, unknown>>,
  { at, shown }: { at: string; shown: ChatPart[] },
  lost: LostFields,
): ChatMessage {
  const { tool_use_id: id, content = '', is_error: isError } = block
  if (typeof id !== 'string')
    throw invalidField(`${at}.tool_use_id`, `\`${at}.tool_use_id\` must be a string.`)
  lost.noteOthers(block, TOOL_RESULT_FIELDS, BLOCK)
  if (isError === true) lost.note(`${BLOCK}is_error`)
  if (typeof content === 'string') return { role: 'tool', tool_call_id: id, content }
  const texts: ChatPart[] = []
  for (const [index, inner] of listOf(content, `${at}.content`).entries()) {
    const place = { at: `${at}.content[${index}]`, prefix: `${BLOCK}content[].` }
    const parts = toChatParts(inner, place, lost)
    if (parts === null) throw unknownBlock(place.at, inner['type'])
    for (const part of parts) {
      if (part.type === 'text') texts.push(part)
      else {
        shown.push(part)
        lost.note(`${place.prefix}${part.type === 'file' ? 'document' : 'image'}`)
      }
    }
  }
  return { role: 'tool', tool_call_id: id, content: toChatContent(texts) }
}

function unknownBlock(at: string, type: unknown): Error {
  if (typeof type !== 'string') return invalidField(`${at}.type`, `\`${at}.type\` must be a string.`)
  return notTranslatable(at, `Content of the type \`${type}\` cannot be shown to this model.`)
}
