/** A request that is being made, and where text is put into it. */
import type { Surface } from '../../src/table/route-table.ts'
import { ALL_SURFACES, SURFACE_TRAITS } from '../../src/table/surfaces.ts'

/** A request that is being made. */
export interface Draft {
  surface: Surface
  model: string
  body: Record<string, unknown>
  headers: Record<string, string>
  query: string
}

export interface Place {
  name: string
  surfaces: readonly Surface[]
  /** @param pieces several only where `splits` */
  put: (draft: Draft, pieces: readonly string[]) => void
  /** Takes text in pieces that follow each other. */
  splits?: true
  /** Words stand right beside it, which may as well be part of a find. */
  isCrowded?: true
  /** Takes one word of the characters of names. */
  isName?: true
  /** Takes digits only. */
  isNumber?: true
  /** Taken for an id: a word that is only random is none of a guard's business there. */
  isId?: true
  /** Nothing of it is sent on, so nothing of it counts. */
  isDropped?: true
  /** Nobody can put a placeholder there. */
  isFixed?: true
}

/** All whose requests are JSON. */
export const ALL: readonly Surface[] = ALL_SURFACES.filter(
  (surface) => SURFACE_TRAITS[surface].body === 'json',
)
export const TURNS: readonly Surface[] = ALL.filter((surface) => SURFACE_TRAITS[surface].turns !== null)
export const CHAT: readonly Surface[] = ['chat']
export const MESSAGES: readonly Surface[] = ['messages', 'count-tokens']
export const RESPONSES: readonly Surface[] = ['responses']

/** The field that holds the turns of a conversation. */
function turnsField({ surface }: Draft): string {
  return SURFACE_TRAITS[surface].turns ?? 'messages'
}

/** A list of the body, made where it is not there yet. */
export function listOf(draft: Draft, key: string): unknown[] {
  const list = (draft.body[key] ??= [])
  if (!Array.isArray(list)) throw new Error(`${key} of the draft is no list`)
  return list
}

export function tell(draft: Draft, role: string, content: unknown, more: object = {}): void {
  listOf(draft, turnsField(draft)).push({ role, content, ...more })
}

/** In front, so that the last user turn stays the last. */
export function open(draft: Draft, role: string, content: unknown, more: object = {}): void {
  listOf(draft, turnsField(draft)).unshift({ role, content, ...more })
}

/** An item of responses, or a turn with one block of messages. */
export function item(draft: Draft, fields: object): void {
  listOf(draft, 'input').unshift(fields)
}

export function block(draft: Draft, role: string, fields: object): void {
  open(draft, role, [fields])
}

export function call(draft: Draft, fields: { id?: string; name?: string; arguments?: string }): void {
  const { id = 'call_1', ...fn } = fields
  open(draft, 'assistant', null, {
    tool_calls: [{ id, type: 'function', function: { name: 'look_up', arguments: '{}', ...fn } }],
  })
}

export function offer(draft: Draft, fn: object): void {
  listOf(draft, 'tools').push({ type: 'function', function: { name: 'look_up', ...fn } })
}

/** Adds to an object of the body: several places share one. */
export function note(draft: Draft, field: string, more: object): void {
  draft.body[field] = { ...(draft.body[field] as object | undefined), ...more }
}

export const texts = (pieces: readonly string[]): object[] => pieces.map((text) => ({ type: 'text', text }))
export const inputTexts = (pieces: readonly string[]): object[] =>
  pieces.map((text) => ({ type: 'input_text', text }))

export const said = (put: (draft: Draft, text: string) => void): Place['put'] => {
  return (draft, pieces) => put(draft, pieces.join(''))
}
