/**
 * What a request shows to a model that is no text: images, sound, files, tokens. Told by the names of fields, at any
 * depth, for a backend may fetch what they refer to however it is wrapped.
 */
import { isRecord } from './json-object.ts'

/** What a field holds beside, or instead of, text. */
export type Unreadable = 'images' | 'tokens' | 'opaque'

const UNREADABLE = new Map<string, Unreadable>([
  ...each('images', 'image image_url image_urls image_file images input_image'),
  ...each('tokens', 'prompt input prompt_token_ids input_ids token_ids tokens'),
  ...each(
    'opaque',
    'audio audio_url audio_urls audios input_audio video video_url video_urls videos input_video',
  ),
  ...each('opaque', 'file file_id file_ids file_url file_urls file_data files input_file'),
  ...each('opaque', 'prompt_embeds input_embeds inputs_embeds image_embeds multi_modal_data'),
])

/** Kinds of content parts. */
const OPAQUE_KIND = /^(?:input_)?(?:audio|video|file|document)(?:_url)?$/

/** Top-level fields that tell what to do and are not shown: what they name is a parameter, not a file. */
const INSTRUCTIONS: ReadonlySet<string> = new Set([
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'response_format',
  'metadata',
  'stream_options',
  'text',
  'reasoning',
  'thinking',
  'output_config',
  'context_management',
])

/** Whether content may stand below this top-level field. */
export function holdsContent(key: string): boolean {
  return !INSTRUCTIONS.has(key)
}

/** What the member of an object says of what it, or the object, holds; null = nothing that cannot be read. */
export function unreadableIn(
  key: string,
  value: unknown,
  holder: Readonly<Record<string, unknown>>,
): Unreadable | null {
  if (key === 'type') {
    if (typeof value !== 'string') return null
    if (value === 'document' && isWritten(holder['source'])) return null
    return value.includes('image') ? 'images' : OPAQUE_KIND.test(value) ? 'opaque' : null
  }
  const what = UNREADABLE.get(key)
  if (what === undefined || isEmpty(value)) return null
  return what === 'tokens' && countTokens(value) === 0 ? null : what
}

/** A document whose text stands in the request. */
function isWritten(source: unknown): boolean {
  return isRecord(source) && (source['type'] === 'text' || source['type'] === 'content')
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === '' ||
    value === false ||
    typeof value === 'undefined' ||
    (Array.isArray(value) && value.length === 0)
  )
}

/** Numbers that a tokenizer made of a text, or of several; 0 = it is something else. */
export function countTokens(value: unknown): number {
  if (!Array.isArray(value)) return 0
  if (value.every((item) => typeof item === 'number')) return value.length
  const counts = value.map((item) => (Array.isArray(item) ? countTokens(item) : 0))
  return counts.includes(0) ? 0 : counts.reduce((sum, count) => sum + count, 0)
}

function each(what: Unreadable, names: string): [string, Unreadable][] {
  return names.split(' ').map((name) => [name, what])
}
