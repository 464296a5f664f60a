/**
 * Every text of a request that a model, or whoever stands before it, would see. Fields that we do not know are
 * walked like all others: what leaves must have been looked at, whatever its name.
 */
import type { Surface } from '../table/route-table.ts'
import { SURFACE_TRAITS } from '../table/surfaces.ts'
import { isRecord, type LongNumber } from './json-object.ts'
import { KIND_FIELDS, KNOWN_KEYS, KNOWN_KINDS } from './known-names.ts'
import { roleOfTurn, type TextRole } from './turn-role.ts'
import { countTokens, holdsContent, unreadableIn } from './unreadable.ts'

export interface TextPart {
  role: TextRole
  /**
   * `json` is JSON within a string, its escapes stand for characters; `id` was made by a machine. The others cannot be
   * replaced: names of fields, long numbers, the model asked for and the request's correlation id.
   */
  kind: 'text' | 'json' | 'id' | 'keys' | 'numbers' | 'model' | 'correlation-id'
  text: string
  /** Keys and indices from the body down to it; empty for what cannot be replaced. */
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
  /** Characters of all system text. */
  systemLength: number
  /** An image is shown, or referred to. */
  images: boolean
  /** Something else cannot be read: sound, files, token numbers, texts beyond the bound. */
  opaque: boolean
  /** There are more texts than are read. */
  cut: boolean
}

/**
 * Most texts that are read of one request. A detector's work grows with their number as well as with their length;
 * ten thousand are more than a session of a thousand turns with a hundred tools has.
 */
export const MAX_PARTS = 10_000

/** Fields that hold JSON in a string, and fields that hold an id. */
const JSON_FIELDS = new Set(['arguments'])
const ID_FIELDS = new Set([
  'id',
  'tool_call_id',
  'tool_use_id',
  'call_id',
  'item_id',
  'signature',
  'encrypted_content',
])

/** Tools like to answer in JSON, some of them cut it off: it is known by how it begins. */
const LIKE_JSON = /^\s*(?:\{\s*"|\[\s*[[{"])/

/** Content that is no text, by the field that holds it, unless it is an address. */
const OPAQUE_FIELDS = new Set(['data', 'file_data', 'images'])
const ADDRESS = /^\s*https?:/i

/** A file within a URL. Where people write, it is what they wrote. */
const DATA_URL = /^\s*data:[^,]{0,256},/i
const SPOKEN_FIELDS = new Set(['text', 'content', 'arguments', 'prompt', 'input', 'suffix'])

/** @param numbers long numbers of the body, as they were written */
export function textParts(
  body: Readonly<Record<string, unknown>>,
  surface: Surface,
  numbers: readonly LongNumber[] = [],
): RequestText {
  const walk = new Walk()
  const { turns: field, system, prompts, documents } = SURFACE_TRAITS[surface]
  const turns = field === null ? [] : turnsIn(body[field])
  const read = new Set(['model', ...system, ...prompts])
  for (const key of system) walk.prompt(key, body[key], 'system')
  let lastUser: readonly [number, number] = [walk.parts.length, walk.parts.length]
  for (const key of prompts) {
    if (turns.length > 0 && key === field) continue
    walk.prompt(key, body[key], 'user')
    // Of a query and its documents only the query is asked.
    if (!documents.includes(key) || lastUser[0] === lastUser[1]) lastUser = [lastUser[0], walk.parts.length]
  }
  if (field !== null && turns.length > 0) {
    read.add(field)
    for (const [index, turn] of turns.entries()) {
      const from = walk.parts.length
      const role = roleOfTurn(turn)
      walk.turn(turn, [field, index], role)
      if (role === 'user') lastUser = spokenIn(walk.parts, from) ?? lastUser
    }
  }
  for (const [key, value] of Object.entries(body)) if (!read.has(key)) walk.field(key, value)
  walk.end(numbers)
  const messages = turns.length
  const { parts, tokenNumbers, systemLength, images, opaque, cut } = walk
  return { parts, lastUser, messages, tokenNumbers, systemLength, images, opaque: opaque || cut, cut }
}

/** A list that is no text as a tokenizer made it. */
function turnsIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) && countTokens(value) === 0 ? value : []
}

/** What the user says in a turn, between the first and the last of it: tools may answer in the same one. */
function spokenIn(parts: readonly TextPart[], from: number): readonly [number, number] | null {
  const first = parts.findIndex(({ role }, i) => i >= from && role === 'user')
  return first === -1 ? null : [first, parts.findLastIndex(({ role }) => role === 'user') + 1]
}

/**
 * Collects text from JSON. The parser bounds its depth and its values, and a path is only written down where there is
 * text: the work is a small multiple of the body whatever its shape.
 */
class Walk {
  readonly parts: TextPart[] = []
  tokenNumbers = 0
  systemLength = 0
  images = false
  opaque = false
  cut = false
  #role: TextRole = 'other'
  /** What is shown to the model may refer to files; a description of a tool may not. */
  #isContent = true
  /** The object whose members are walked. */
  #holder: Readonly<Record<string, unknown>> = {}
  readonly #path: (string | number)[] = []
  readonly #keys = new Set<string>()

  /** A prompt or input: text, texts, or what a tokenizer made of them. */
  prompt(field: string, value: unknown, role: TextRole): void {
    this.#role = role
    this.#isContent = true
    this.#within(field, () => this.#prompt(value))
  }

  turn(turn: unknown, [field, index]: readonly [string, number], role: TextRole): void {
    this.#role = role
    this.#isContent = true
    this.#within(field, () => this.#within(index, () => this.#value(turn)))
  }

  /** Any other member of the body. */
  field(key: string, value: unknown): void {
    this.#role = 'other'
    this.#isContent = holdsContent(key)
    if (!KNOWN_KEYS.has(key)) this.#keys.add(key)
    // Of `audio` at the top a chat wants its answer spoken; it sends nothing.
    if (this.#isContent && key !== 'audio') this.#note(key, value)
    this.#nested(key, value)
  }

  end(numbers: readonly LongNumber[]): void {
    const alone = { role: 'other', path: [] } as const
    if (this.#keys.size > 0) this.parts.push({ ...alone, kind: 'keys', text: [...this.#keys].join('\n') })
    if (numbers.length === 0) return
    if (numbers.length > MAX_PARTS) this.cut = true
    const text = numbers.slice(0, MAX_PARTS).map(({ key, digits }) => `${key}: ${plainDigits(digits)}`)
    this.parts.push({ ...alone, kind: 'numbers', text: text.join('\n') })
  }

  #prompt(value: unknown): void {
    const tokens = countTokens(value)
    if (tokens > 0) {
      this.tokenNumbers += tokens
      this.opaque = true
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.#within(index, () => this.#prompt(item))
    } else {
      this.#value(value)
    }
  }

  #value(value: unknown): void {
    if (typeof value === 'string') {
      this.#text(value)
    } else if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i += 1) this.#nested(i, value[i])
    } else if (isRecord(value)) {
      this.#record(value)
    }
  }

  #record(value: Readonly<Record<string, unknown>>): void {
    const [role, holder] = [this.#role, this.#holder]
    this.#holder = value
    if (value['type'] === 'tool_result') this.#role = 'tool'
    for (const key in value) this.#member(key, value[key])
    this.#holder = holder
    this.#role = role
  }

  #member(key: string, value: unknown): void {
    if (!KNOWN_KEYS.has(key)) this.#keys.add(key)
    const isContent = this.#isContent
    if (isContent) this.#note(key, value)
    // What a tool is called with refers to nothing that a backend would fetch, whatever its fields are called.
    if (key === 'input' && this.#holder['type'] === 'tool_use') this.#isContent = false
    this.#nested(key, value)
    this.#isContent = isContent
  }

  #note(key: string, value: unknown): void {
    const what = unreadableIn(key, value, this.#holder)
    if (what === 'images') this.images = true
    else if (what !== null) this.opaque = true
    if (what === 'tokens') this.tokenNumbers += countTokens(value)
  }

  #nested(step: string | number, item: unknown): void {
    if (typeof item !== 'string' && (typeof item !== 'object' || item === null)) return
    this.#path.push(step)
    this.#value(item)
    this.#path.pop()
  }

  #within(step: string | number, walk: () => void): void {
    this.#path.push(step)
    walk()
    this.#path.pop()
  }

  #text(text: string): void {
    const field = this.#field()
    if (text === '' || (KIND_FIELDS.has(field) && KNOWN_KINDS.has(text))) return
    if (this.#isContent && this.#isFile(field, text)) return
    if (this.#role === 'system') this.systemLength += text.length
    if (this.parts.length >= MAX_PARTS) {
      this.cut = true
      return
    }
    this.parts.push({ role: this.#role, kind: kindOf(field, text), text, path: [...this.#path] })
  }

  /** Whether it is no text but a file, which is noted then. */
  #isFile(field: string, text: string): boolean {
    if (OPAQUE_FIELDS.has(field) && !ADDRESS.test(text) && !this.#isWritten(field)) {
      if (field !== 'images') this.opaque = true
      return true
    }
    if (SPOKEN_FIELDS.has(field) || !DATA_URL.test(text)) return false
    if (/^\s*data:(?:image\/|[;,])/i.test(text)) this.images = true
    else this.opaque = true
    return true
  }

  /** The text of a document stands where a file would. */
  #isWritten(field: string): boolean {
    return field === 'data' && this.#holder['type'] === 'text'
  }

  /** The field that holds it, be it in a list. */
  #field(): string {
    for (let i = this.#path.length - 1; i >= 0; i -= 1) {
      const step = this.#path[i]
      if (typeof step === 'string') return step
    }
    return ''
  }
}

function kindOf(field: string, text: string): TextPart['kind'] {
  if (ID_FIELDS.has(field)) return 'id'
  return JSON_FIELDS.has(field) || (text.includes('\\') && LIKE_JSON.test(text)) ? 'json' : 'text'
}

/** The digits before the point; all of them where an exponent moves it. */
function plainDigits(digits: string): string {
  if (/^\d+$/.test(digits)) return digits
  const value = Number(digits)
  return Number.isSafeInteger(value) ? String(value) : (/^\d+/.exec(digits)?.[0] ?? '')
}
