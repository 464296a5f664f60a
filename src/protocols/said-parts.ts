/**
 * What is said in a request and in an answer, message by message: the text that people read in a trace. Unlike
 * text-parts.ts it takes no more than that. What is no text is named in brackets; names of files, ids and fields of which
 * nobody knows what they hold are left out.
 */
import type { Surface } from '../table/route-table.ts'
import { SURFACE_TRAITS } from '../table/surfaces.ts'
import type { TraceRole } from '../table/trace-text.ts'
import { isRecord } from './json-object.ts'
import type { TextPart } from './text-parts.ts'
import { roleOfTurn } from './turn-role.ts'

export interface SaidPart extends Omit<TextPart, 'role'> {
  role: TraceRole
  /** Place of the message that it belongs to. */
  message: number
  /** A name begins a call of a tool, arguments belong to the last name. */
  as: 'content' | 'name' | 'arguments'
  /** Its end is missing: what stands there may be a part of something. Left out, it is whole. */
  isCut?: true
  /** Places, in order, at which something of it is missing. Left out, nowhere. */
  tears?: readonly number[]
}

type Path = readonly (string | number)[]

/** @param body of a request */
export function saidInRequest(body: Readonly<Record<string, unknown>>, surface: Surface): SaidPart[] {
  const { turns: field, system, prompts } = SURFACE_TRAITS[surface]
  const teller = new Teller()
  for (const key of system) teller.message('system', body[key], [key])
  const turns = field === null ? undefined : body[field]
  const hasTurns = Array.isArray(turns) && !turns.every(isToken)
  for (const key of prompts) {
    if (key !== field || !hasTurns) teller.message('user', body[key], [key])
  }
  if (field === null || !hasTurns) return teller.parts
  for (const [index, turn] of turns.entries()) teller.turn(turn, roleOfTurn(turn), [field, index])
  return teller.parts
}

/** @param answer of whatever protocol: `choices`, `content`, `output`, or the `message` of Ollama's */
export function saidInAnswer(answer: Readonly<Record<string, unknown>>): SaidPart[] {
  const { choices, output, message } = answer
  const teller = new Teller()
  if (Array.isArray(choices)) {
    for (const [index, choice] of choices.entries()) {
      if (!isRecord(choice)) continue
      const path = ['choices', index]
      teller.isCut = isCutShort(choice['finish_reason'])
      if (typeof choice['text'] === 'string') teller.message('assistant', choice['text'], [...path, 'text'])
      else teller.turn(choice['message'], 'assistant', [...path, 'message'])
    }
  } else if (Array.isArray(output)) {
    for (const [index, item] of output.entries()) {
      teller.isCut = isRecord(item) && isCutShort(item['status'])
      teller.turn(item, 'assistant', ['output', index])
    }
  } else if (isRecord(message)) {
    teller.isCut = isCutShort(answer['done_reason'])
    teller.turn(message, 'assistant', ['message'])
  } else {
    teller.isCut = isCutShort(answer['stop_reason'])
    teller.message('assistant', answer['content'], ['content'])
  }
  return teller.parts
}

/** Why an answer ends that is whole; another reason may have ended it in the middle of a word. */
const OF_WHOLE: ReadonlySet<string> = new Set([
  'stop',
  'eos',
  'eos_token',
  'end_turn',
  'stop_sequence',
  'pause_turn',
  'tool_calls',
  'tool_use',
  'function_call',
  'completed',
  'done',
])

/** @param reason why it ended, in the words of any protocol; @returns whether it ran out of room, was filtered or failed */
function isCutShort(reason: unknown): boolean {
  return typeof reason === 'string' && !OF_WHOLE.has(reason)
}

/** Instead of what is no text. */
const NO_TEXT: Readonly<Record<string, string>> = {
  image: 'an image',
  image_url: 'an image',
  input_image: 'an image',
  audio: 'sound',
  input_audio: 'sound',
  video: 'a film',
  video_url: 'a film',
  file: 'a file',
  input_file: 'a file',
  document: 'a file',
  redacted_thinking: 'hidden reasoning',
}

/** Fields in which blocks of content have their text, whatever they are called. */
const TEXT_FIELDS = ['text', 'thinking', 'refusal'] as const
/** Deeper is nobody's message. */
const DEEPEST = 6

class Teller {
  readonly parts: SaidPart[] = []
  /** Of what comes next. */
  isCut = false
  #message = -1
  #role: TraceRole = 'other'

  message(role: TraceRole, content: unknown, path: Path): void {
    if (content === undefined || content === null || content === '') return
    this.#begin(role)
    this.#content(content, path, DEEPEST)
  }

  /** A message, or an item of OpenAI's responses. */
  turn(turn: unknown, role: TraceRole, path: Path): void {
    this.#begin(role)
    if (!isRecord(turn)) {
      this.#content(turn, path, DEEPEST)
      return
    }
    const { type, content, reasoning_content: older, reasoning, thinking, refusal } = turn
    this.#text(older ?? reasoning ?? thinking, [...path, 'reasoning'])
    for (const key of ['summary', 'content', 'output'] as const) {
      this.#content(turn[key], [...path, key], DEEPEST)
    }
    if (!isRecord(content)) this.#text(refusal, [...path, 'refusal'])
    const calls = Array.isArray(turn['tool_calls']) ? turn['tool_calls'] : []
    for (const [index, call] of calls.entries()) {
      this.#called(isRecord(call) ? (call['function'] ?? call['custom']) : null, [
        ...path,
        'tool_calls',
        index,
      ])
    }
    this.#called(turn['function_call'], [...path, 'function_call'])
    if (typeof type === 'string' && type.endsWith('_call')) this.#called(turn, path)
  }

  #begin(role: TraceRole): void {
    this.#message += 1
    this.#role = role
  }

  #content(value: unknown, path: Path, deepest: number): void {
    if (typeof value === 'string') this.#text(value, path)
    else if (deepest === 0) this.#note('what lies too deep')
    else if (Array.isArray(value)) {
      if (value.length > 0 && value.every(isToken)) return this.#note('text as numbers of tokens')
      for (const [index, item] of value.entries()) this.#content(item, [...path, index], deepest - 1)
    } else if (isRecord(value)) this.#block(value, path, deepest)
  }

  #block(block: Readonly<Record<string, unknown>>, path: Path, deepest: number): void {
    const type = typeof block['type'] === 'string' ? block['type'] : ''
    if (type.endsWith('tool_use')) return this.#called(block, path)
    if (type.endsWith('tool_result')) return this.#answered(block, path, deepest)
    const field = TEXT_FIELDS.find((name) => typeof block[name] === 'string')
    if (field !== undefined) this.#text(block[field], [...path, field])
    else this.#note(Object.hasOwn(NO_TEXT, type) ? (NO_TEXT[type] ?? '') : 'something that is no text')
  }

  /** What a tool answered stands among what the user says, with Anthropic. */
  #answered({ content }: Readonly<Record<string, unknown>>, path: Path, deepest: number): void {
    const before = this.#role
    this.#begin('tool')
    this.#content(content, [...path, 'content'], deepest - 1)
    this.#begin(before)
  }

  #called(call: unknown, path: Path): void {
    if (!isRecord(call)) return
    const { name, arguments: given, input } = call
    const what = given ?? input ?? ''
    this.#add('name', typeof name === 'string' ? name : '', { path: [...path, 'name'], kind: 'text' })
    const json = typeof what === 'string' ? what : JSON.stringify(what)
    this.#add('arguments', json, { path: [...path, 'arguments'], kind: 'json' })
  }

  #text(value: unknown, path: Path): void {
    if (typeof value !== 'string' || value === '') return
    const isFile = /^\s*data:[^,]{0,256};base64,/i.test(value)
    if (isFile) this.#note('a file')
    else this.#add('content', value, { path, kind: 'text' })
  }

  #note(what: string): void {
    this.#add('content', `[${what}, not kept]`, { path: [], kind: 'text' })
  }

  #add(as: SaidPart['as'], text: string, { path, kind }: Pick<TextPart, 'path' | 'kind'>): void {
    const part = { message: this.#message, role: this.#role, as, text, path, kind }
    this.parts.push(this.isCut ? { ...part, isCut: true } : part)
  }
}

function isToken(value: unknown): boolean {
  return typeof value === 'number' || (Array.isArray(value) && value.length > 0 && value.every(isToken))
}
