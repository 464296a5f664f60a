/** A block of a message's content as parts of a chat message: text, images and documents, alone or within a tool's result. */
import { isRecord } from '../../json-object.ts'
import { toDataUrl } from '../data-url.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'

export type ChatPart = Readonly<Record<string, unknown>> & { type: 'text' | 'image_url' | 'file' }

/** The marks for a cache change what a request costs, not what it means. */
const TEXT_FIELDS: ReadonlySet<string> = new Set(['type', 'text', 'cache_control', 'citations'])
const IMAGE_FIELDS: ReadonlySet<string> = new Set(['type', 'source', 'cache_control'])
const DOCUMENT_FIELDS: ReadonlySet<string> = new Set(['type', 'source', 'cache_control', 'title'])
const RESULT_FIELDS: ReadonlySet<string> = new Set(['type', 'content', 'cache_control'])

export interface BlockPlace {
  /** Where the block stands, for refusals: `messages[2].content[0]`. */
  at: string
  /** The same for what is lost, where no number stands: `messages[].content[].`. */
  prefix: string
}

/**
 * @returns null for a block that is none of text, image, document and search result
 * @throws GatewayError invalid_field, not_translatable
 */
export function toChatParts(
  block: Readonly<Record<string, unknown>>,
  place: BlockPlace,
  lost: LostFields,
): ChatPart[] | null {
  switch (block['type']) {
    case 'text':
      lost.noteOthers(block, TEXT_FIELDS, place.prefix)
      return [textPart(block['text'], `${place.at}.text`)]
    case 'image':
      lost.noteOthers(block, IMAGE_FIELDS, place.prefix)
      return [imagePart(block['source'], `${place.at}.source`)]
    case 'document':
      lost.noteOthers(block, DOCUMENT_FIELDS, place.prefix)
      return documentParts(block, place, lost)
    case 'search_result':
      lost.noteOthers(block, RESULT_FIELDS, place.prefix)
      return listOf(block['content'], `${place.at}.content`).map((part, index) =>
        textPart(part['text'], `${place.at}.content[${index}].text`),
      )
    default:
      return null
  }
}

/** One text alone is content as it is; servers take that best. */
export function toChatContent(parts: readonly ChatPart[]): unknown {
  if (parts.length === 0) return ''
  const [first] = parts
  return parts.length === 1 && first?.type === 'text' ? first['text'] : parts
}

/** @throws GatewayError invalid_field for what is no list of objects */
export function listOf(value: unknown, at: string): Record<string, unknown>[] {
  if (!Array.isArray(value) || !value.every(isRecord))
    throw invalidField(at, `\`${at}\` must be a list of objects.`)
  return value
}

function textPart(text: unknown, at: string): ChatPart {
  if (typeof text !== 'string') throw invalidField(at, `\`${at}\` must be a string.`)
  return { type: 'text', text }
}

function imagePart(source: unknown, at: string): ChatPart {
  const { type, url, data, media_type: mediaType } = sourceOf(source, at)
  if (type === 'url' && typeof url === 'string') return { type: 'image_url', image_url: { url } }
  if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string') {
    return { type: 'image_url', image_url: { url: toDataUrl({ mediaType, data }) } }
  }
  throw notTranslatable(at, 'Only images in base64 or under an address can be shown to this model.')
}

function documentParts(
  block: Readonly<Record<string, unknown>>,
  { at, prefix }: BlockPlace,
  lost: LostFields,
): ChatPart[] {
  const { type, data, content, media_type: mediaType } = sourceOf(block['source'], `${at}.source`)
  const title = typeof block['title'] === 'string' ? block['title'] : null
  if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string') {
    const file = { filename: title ?? 'document.pdf', file_data: toDataUrl({ mediaType, data }) }
    return [{ type: 'file', file }]
  }
  if (title !== null) lost.note(`${prefix}title`)
  if (type === 'text') return [textPart(data, `${at}.source.data`)]
  if (type !== 'content') {
    throw notTranslatable(
      `${at}.source`,
      'Only documents that stand in the request can be shown to this model.',
    )
  }
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return listOf(content, `${at}.source.content`).map((part, index) => {
    const where = `${at}.source.content[${index}]`
    return part['type'] === 'image'
      ? imagePart(part['source'], `${where}.source`)
      : textPart(part['text'], `${where}.text`)
  })
}

function sourceOf(source: unknown, at: string): Record<string, unknown> {
  if (!isRecord(source)) throw invalidField(at, `\`${at}\` must be an object.`)
  return source
}
