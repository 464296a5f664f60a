/** Content of the Responses API as parts of chat. */
import { isRecord } from '../../json-object.ts'
import type { LostFields } from '../lost.ts'
import { invalidField, notTranslatable } from '../refuse.ts'

export type ChatPart = Record<string, unknown>

export interface PartsOptions {
  /** Where the content stands: `input[2].content`. */
  at: string
  /** The same without numbers, for the names of what is lost. */
  field: string
  lost: LostFields
}

/** A cache's breakpoint changes what an answer costs, not what it says; annotations and logprobs are about an old answer. */
const TEXT = new Set(['type', 'text', 'annotations', 'logprobs', 'prompt_cache_breakpoint'])
const IMAGE = new Set(['type', 'image_url', 'detail', 'prompt_cache_breakpoint'])
const FILE = new Set(['type', 'file_data', 'file_id', 'filename', 'prompt_cache_breakpoint'])

/**
 * @param content text, or a list of parts
 * @throws GatewayError invalid_field, not_translatable (400)
 */
export function chatParts(content: unknown, options: PartsOptions): ChatPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) {
    throw invalidField(options.at, `\`${options.at}\` must be a string or a list.`)
  }
  return content.map((part: unknown, i) => chatPart(part, { ...options, at: `${options.at}[${i}]` }))
}

function chatPart(part: unknown, { at, field, lost }: PartsOptions): ChatPart {
  if (!isRecord(part)) throw invalidField(at, `\`${at}\` must be an object.`)
  const others = (named: ReadonlySet<string>): void => {
    lost.noteOthers(part, named, `${field}[].`)
  }
  const { type } = part
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      others(TEXT)
      return { type: 'text', text: stringIn(part, 'text', at) }
    case 'refusal':
      return { type: 'text', text: stringIn(part, 'refusal', at) }
    case 'input_image': {
      if (typeof part['file_id'] === 'string') {
        throw notTranslatable(
          `${at}.file_id`,
          'Chat knows no images by `file_id`: send the image as `image_url`.',
        )
      }
      others(IMAGE)
      const url = stringIn(part, 'image_url', at)
      return {
        type: 'image_url',
        image_url: { url, ...imageDetail(part['detail'], `${field}[].detail`, lost) },
      }
    }
    case 'input_file': {
      if (typeof part['file_url'] === 'string') {
        throw notTranslatable(`${at}.file_url`, 'Chat fetches no files: send the file as `file_data`.')
      }
      others(FILE)
      const file = Object.entries(part).filter(
        ([name, value]) => FILE_FIELDS.has(name) && value !== null && value !== undefined,
      )
      return { type: 'file', file: Object.fromEntries(file) }
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: part['input_audio'] }
    default:
      throw notTranslatable(at, `Chat has no content of type ${JSON.stringify(type)}.`)
  }
}

const FILE_FIELDS = new Set(['file_data', 'file_id', 'filename'])

/** `auto` is what chat does anyway; `original` is finer than chat can ask for. */
function imageDetail(detail: unknown, field: string, lost: LostFields): { detail?: unknown } {
  if (detail === undefined || detail === null || detail === 'auto') return {}
  if (detail !== 'original') return { detail }
  lost.note(field)
  return { detail: 'high' }
}

/** @throws GatewayError invalid_field (400) */
export function stringIn(object: Readonly<Record<string, unknown>>, name: string, at: string): string {
  const value = object[name]
  if (typeof value === 'string') return value
  throw invalidField(`${at}.${name}`, `\`${at}.${name}\` must be a string.`)
}
