/** The messages of a chat as Ollama has them: text as one string, images beside it, arguments of tools as objects. */
import { isRecord } from '../../json-object.ts'
import { callInput } from '../call-input.ts'
import { parseDataUrl } from '../data-url.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'

type Fields = Readonly<Record<string, unknown>>

const PART = 'messages[].content[].'
const NAMED: ReadonlySet<string> = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'reasoning_content',
  'reasoning',
  'annotations',
])
/** Of tools the name is told. */
const NAMED_OF_TOOLS: ReadonlySet<string> = new Set([...NAMED, 'name'])

/** @throws GatewayError invalid_field, not_translatable */
export function toOllamaMessages(messages: unknown, lost: LostFields): unknown[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidField('messages', '`messages` must be a list that is not empty.')
  }
  /** Id of a call → the tool that it called. */
  const called = new Map<string, string>()
  return messages.map((message: unknown, index) => {
    const at = `messages[${index}]`
    if (!isRecord(message)) throw invalidField(at, `\`${at}\` must be an object.`)
    return toOllamaMessage(message, { at, called }, lost)
  })
}

interface Place {
  at: string
  called: Map<string, string>
}

function toOllamaMessage(message: Fields, { at, called }: Place, lost: LostFields): Fields {
  const { role, content, refusal, name, tool_call_id: id } = message
  const { text, images } = contentOf(content, `${at}.content`, lost)
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      lost.noteOthers(message, NAMED, 'messages[].')
      return {
        role: role === 'user' ? 'user' : 'system',
        content: text,
        ...(images.length > 0 && { images }),
      }
    case 'assistant': {
      lost.noteOthers(message, NAMED, 'messages[].')
      const calls = callsOf(message, { at, called }, lost)
      const thinking = message['reasoning_content'] ?? message['reasoning']
      return {
        role,
        content: text === '' && typeof refusal === 'string' ? refusal : text,
        ...(typeof thinking === 'string' && thinking !== '' && { thinking }),
        ...(calls.length > 0 && { tool_calls: calls }),
      }
    }
    case 'tool':
    case 'function': {
      lost.noteOthers(message, NAMED_OF_TOOLS, 'messages[].')
      const tool = typeof name === 'string' ? name : typeof id === 'string' ? called.get(id) : undefined
      return {
        role: 'tool',
        content: text,
        ...(tool !== undefined && { tool_name: tool }),
        ...(typeof id === 'string' && { tool_call_id: id }),
      }
    }
    default:
      throw invalidField(`${at}.role`, `\`${at}.role\` is no role of a chat.`)
  }
}

function contentOf(content: unknown, at: string, lost: LostFields): { text: string; images: string[] } {
  if (content === undefined || content === null) return { text: '', images: [] }
  if (typeof content === 'string') return { text: content, images: [] }
  if (!Array.isArray(content)) throw invalidField(at, `\`${at}\` must be a string or a list of parts.`)
  const texts: string[] = []
  const images: string[] = []
  for (const [index, part] of content.entries()) {
    const place = `${at}[${index}]`
    if (!isRecord(part)) throw invalidField(place, `\`${place}\` must be an object.`)
    const { type } = part
    if (type === 'image_url') images.push(imageOf(part['image_url'], place, lost))
    else if (type === 'text' || type === 'refusal') {
      const text = part[type]
      if (typeof text !== 'string') {
        throw invalidField(`${place}.${type}`, `\`${place}.${type}\` must be a string.`)
      }
      texts.push(text)
    } else throw notTranslatable(place, 'This model takes text, and images in base64.')
  }
  return { text: texts.join('\n\n'), images }
}

function imageOf(image: unknown, at: string, lost: LostFields): string {
  if (!isRecord(image) || typeof image['url'] !== 'string')
    throw invalidField(`${at}.image_url`, `\`${at}.image_url\` must have a url.`)
  const { url, detail } = image
  if (detail !== undefined && detail !== null && detail !== 'auto') lost.note(`${PART}image_url.detail`)
  const file = parseDataUrl(url)
  if (file === null) {
    throw notTranslatable(
      `${at}.image_url`,
      'This model can be shown images in base64 only: send the image itself.',
    )
  }
  return file.data
}

function callsOf(message: Fields, { at, called }: Place, lost: LostFields): Fields[] {
  const { tool_calls: calls, function_call: old } = message
  const all: unknown[] = Array.isArray(calls) ? calls : isRecord(old) ? [{ function: old }] : []
  return all.map((call, index) => callOf(call, { at: `${at}.tool_calls[${index}]`, called }, lost))
}

function callOf(call: unknown, { at, called }: Place, lost: LostFields): Fields {
  const of = isRecord(call) ? call['function'] : null
  if (!isRecord(call) || !isRecord(of) || typeof of['name'] !== 'string') {
    throw notTranslatable(at, 'This model knows calls of functions only.')
  }
  const { id } = call
  const { name, arguments: given } = of
  if (typeof id === 'string') called.set(id, name)
  const input = callInput(given)
  // A model may have written what is no JSON.
  if (input === null) lost.note('messages[].tool_calls[].function.arguments')
  return {
    ...(typeof id === 'string' && { id }),
    function: { name, arguments: input ?? { INVALID_JSON: given } },
  }
}
