/** The content of a chat message as blocks. */
import { isRecord } from '../../json-object.ts'
import { parseDataUrl } from '../data-url.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'

export type Block = Record<string, unknown> & { type: string }

const PART = 'messages[].content[].'
const WEB_ADDRESS = /^https?:\/\//i

/**
 * @param content a string, parts, or nothing; a text without a character is left out, which Anthropic refuses
 * @param at where it stands: `messages[2].content`
 * @throws GatewayError invalid_field, not_translatable
 */
export function toBlocks(content: unknown, at: string, lost: LostFields): Block[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return textBlocks(content)
  if (!Array.isArray(content)) throw invalidField(at, `\`${at}\` must be a string or a list of parts.`)
  return content.flatMap((part: unknown, index) => partBlocks(part, `${at}[${index}]`, lost))
}

/** One text alone is content as it is. */
export function fromBlocks(blocks: readonly Block[]): unknown {
  const [first] = blocks
  return blocks.length === 1 && first?.type === 'text' ? first['text'] : blocks
}

function partBlocks(part: unknown, at: string, lost: LostFields): Block[] {
  if (!isRecord(part)) throw invalidField(at, `\`${at}\` must be an object.`)
  const { type } = part
  switch (type) {
    case 'text':
    case 'refusal': {
      const text = part[type]
      if (typeof text !== 'string') throw invalidField(`${at}.${type}`, `\`${at}.${type}\` must be a string.`)
      return textBlocks(text)
    }
    case 'image_url':
      return [imageBlock(part['image_url'], `${at}.image_url`, lost)]
    case 'file':
      return [documentBlock(part['file'], `${at}.file`)]
    default:
      if (typeof type !== 'string') throw invalidField(`${at}.type`, `\`${at}.type\` must be a string.`)
      throw notTranslatable(at, `Content of the type \`${type}\` cannot be given to this model.`)
  }
}

function textBlocks(text: string): Block[] {
  return text === '' ? [] : [{ type: 'text', text }]
}

function imageBlock(image: unknown, at: string, lost: LostFields): Block {
  if (!isRecord(image) || typeof image['url'] !== 'string')
    throw invalidField(at, `\`${at}\` must have a url.`)
  const { url, detail } = image
  if (detail !== undefined && detail !== null && detail !== 'auto') lost.note(`${PART}image_url.detail`)
  if (WEB_ADDRESS.test(url)) return { type: 'image', source: { type: 'url', url } }
  const file = parseDataUrl(url)
  if (file === null)
    throw notTranslatable(at, 'Only images in base64 or on the web can be shown to this model.')
  return { type: 'image', source: { type: 'base64', media_type: file.mediaType, data: file.data } }
}

function documentBlock(file: unknown, at: string): Block {
  if (!isRecord(file)) throw invalidField(at, `\`${at}\` must be an object.`)
  const { file_data: data, filename } = file
  const document = typeof data === 'string' ? parseDataUrl(data) : null
  if (document?.mediaType !== 'application/pdf') {
    throw notTranslatable(at, 'Only PDF files that stand in the request can be given to this model.')
  }
  return {
    type: 'document',
    source: { type: 'base64', media_type: document.mediaType, data: document.data },
    ...(typeof filename === 'string' && { title: filename }),
  }
}
