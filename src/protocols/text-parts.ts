/**
 * Every text of a request that a model, or whoever stands before it, would see. Fields that we do not know are
 * walked like all others: what leaves must have been looked at, whatever its name.
 */
import type { Surface } from '../table/route-table.ts'
import { isRecord } from './json-object.ts'

export type TextRole = 'system' | 'user' | 'assistant' | 'tool' | 'other'

export interface TextPart {
  role: TextRole
  /** `json` is JSON within a string, its escapes stand for characters; `id` was made by a machine; `keys` are names of fields. */
  kind: 'text' | 'json' | 'id' | 'keys'
  text: string
  /** Keys and indices from the body down to it. Empty for `keys`, which cannot be replaced. */
  path: readonly (string | number)[]
}

export interface RequestText {
  parts: TextPart[]
  /** The parts of the last user turn stand from here to before there. */
  lastUser: readonly [from: number, to: number]
  /** Messages, each of which costs a model some tokens of its own. */
  messages: number
  /** Texts that came as token numbers. */
  tokenNumbers: number
  /** A `data:` URL was left out. */
  dataUrls: boolean
  /** Something else that is no text was left out: sound, files, token numbers. */
  opaque: boolean
}

const ROLES: Readonly<Record<string, TextRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
}

/** The field that holds the text of a surface without messages. */
const TEXT_FIELDS: Readonly<Record<Exclude<Surface, 'chat'>, readonly string[]>> = {
  completions: ['prompt', 'suffix'],
  embeddings: ['input'],
}

/** Fields whose value names a kind, as long as it looks like such a name. */
const KIND_FIELDS = new Set(['role', 'type', 'format', 'detail', 'object'])
const KIND = /^[a-z_]{1,24}$/

/** Names that the protocol itself gives: they are not looked at, or a pattern that finds one would find all requests. */
const KNOWN_KEYS = new Set(
  (
    'model messages role content name type text tools tool_choice tool_calls tool_call_id function functions ' +
    'function_call arguments id description parameters properties required strict additionalProperties enum items ' +
    'anyOf default minimum maximum prompt suffix input stream stream_options include_usage temperature top_p top_k min_p n ' +
    'stop seed user max_tokens max_completion_tokens presence_penalty frequency_penalty repetition_penalty logit_bias ' +
    'logprobs top_logprobs response_format json_schema schema parallel_tool_calls reasoning_effort metadata store ' +
    'image_url url detail input_audio data format file file_data refusal encoding_format dimensions'
  ).split(' '),
)

/** Fields that hold JSON in a string, and fields that hold an id. */
const JSON_FIELDS = new Set(['arguments'])
const ID_FIELDS = new Set(['id', 'tool_call_id', 'call_id', 'item_id'])

/** Content that is no text, by the field that holds it. */
const OPAQUE_FIELDS = new Set(['data', 'file_data'])

export function textParts(body: Readonly<Record<string, unknown>>, surface: Surface): RequestText {
  const walk = new Walk()
  const fields = surface === 'chat' ? [] : TEXT_FIELDS[surface]
  let lastUser: readonly [number, number] = [0, 0]
  let messages = 0
  for (const field of fields) {
    walk.prompt(body[field], [field])
    lastUser = [0, walk.parts.length]
  }
  const turns = surface === 'chat' && Array.isArray(body['messages']) ? body['messages'] : []
  for (const [index, message] of turns.entries()) {
    messages += 1
    const from = walk.parts.length
    const role = roleOf(message)
    walk.value(message, role, ['messages', index])
    if (role === 'user') lastUser = [from, walk.parts.length]
  }
  for (const [key, value] of Object.entries(body)) {
    if (key === 'model' || (turns.length > 0 && key === 'messages') || fields.includes(key)) continue
    walk.key(key)
    walk.value(value, 'other', [key])
  }
  const parts = walk.end()
  const { tokenNumbers, dataUrls, opaque } = walk
  return { parts, lastUser, messages, tokenNumbers, dataUrls, opaque }
}

/** Whether a chat request shows the model an image. Cheap: where all content is text, it looks at nothing else. */
export function hasImages(body: Readonly<Record<string, unknown>>): boolean {
  const { messages } = body
  if (!Array.isArray(messages)) return false
  return messages.some((message) => {
    const content: unknown = isRecord(message) ? message['content'] : null
    return Array.isArray(content) && content.some(isImage)
  })
}

function isImage(part: unknown): boolean {
  if (!isRecord(part)) return false
  const { type, image_url: url } = part
  return url !== undefined || (typeof type === 'string' && type.includes('image'))
}

function roleOf(message: unknown): TextRole {
  const role: unknown = isRecord(message) ? message['role'] : null
  return typeof role === 'string' && Object.hasOwn(ROLES, role) ? (ROLES[role] ?? 'other') : 'other'
}

type Path = readonly (string | number)[]

/** Collects text from JSON. Its depth is bounded by the parser. */
class Walk {
  readonly parts: TextPart[] = []
  tokenNumbers = 0
  dataUrls = false
  opaque = false
  readonly #keys = new Set<string>()

  key(key: string): void {
    if (!KNOWN_KEYS.has(key)) this.#keys.add(key)
  }

  /** A prompt or input: text, texts, or what a tokenizer made of them. */
  prompt(value: unknown, path: Path): void {
    if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) {
      this.tokenNumbers += value.length
      this.opaque = true
      return
    }
    if (!Array.isArray(value)) {
      this.value(value, 'user', path)
      return
    }
    for (const [index, item] of value.entries()) this.prompt(item, [...path, index])
  }

  value(value: unknown, role: TextRole, path: Path): void {
    if (typeof value === 'string') {
      this.#text(value, role, path)
      return
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.#nested(item, role, path, index)
      return
    }
    if (!isRecord(value)) return
    for (const [key, item] of Object.entries(value)) {
      this.key(key)
      this.#nested(item, role, path, key)
    }
  }

  end(): TextPart[] {
    if (this.#keys.size > 0) {
      this.parts.push({ role: 'other', kind: 'keys', text: [...this.#keys].join('\n'), path: [] })
    }
    return this.parts
  }

  #nested(item: unknown, role: TextRole, path: Path, key: string | number): void {
    if (typeof item === 'string' || (typeof item === 'object' && item !== null)) {
      this.value(item, role, [...path, key])
    }
  }

  #text(text: string, role: TextRole, path: Path): void {
    const field = fieldOf(path)
    if (text === '' || (KIND_FIELDS.has(field) && KIND.test(text))) return
    if (field === 'url' && text.startsWith('data:')) {
      this.dataUrls = true
      return
    }
    if (OPAQUE_FIELDS.has(field) && path[0] === 'messages') {
      this.opaque = true
      return
    }
    const kind = JSON_FIELDS.has(field) ? 'json' : ID_FIELDS.has(field) ? 'id' : 'text'
    this.parts.push({ role, kind, text, path })
  }
}

function fieldOf(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'string' ? last : ''
}
