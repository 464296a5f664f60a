/**
 * Conversation affinity: what begins alike goes to the same target, where its beginning is still in the cache. Each
 * target has a place in each conversation's order of its own (rendezvous hashing), so a target that comes or goes moves
 * only its own share.
 */
import { isRecord, type JsonObject } from '../../protocols/json-object.ts'
import { hashText, mixBits } from '../../table/hash-text.ts'
import type { Target } from '../../table/route-table.ts'

/** Characters that are looked at, of the system text and of the first user turn or prompt, each. */
const LOOKED_AT = 2048

/** Most requests in flight at one target, as a multiple of the mean, before a conversation goes on to its next. */
const BOUND = 1.5
/** So many are never too many: of a few requests the mean says nothing. */
const FLOOR = 3

/**
 * What the request has in common with others of its conversation, as a number: a session that it names, or else how it
 * begins. Costs the same whatever the size of the body.
 * @returns null where there is nothing to go by
 */
export function affinityKey({ value }: JsonObject): number | null {
  const { metadata } = value
  const session: unknown = isRecord(metadata) ? metadata['session_id'] : null
  for (const name of [value['prompt_cache_key'], session, value['user']]) {
    if (typeof name === 'string' && name !== '') return hashText(name.slice(0, LOOKED_AT))
  }
  const { messages, input, prompt, system, instructions } = value
  const turns = Array.isArray(messages) ? messages : input
  const beginning =
    Array.isArray(turns) && turns.some(isRecord)
      ? beginningOf(turns, textOf(system ?? instructions))
      : textOf(instructions) + textOf(prompt ?? input)
  return beginning === '' ? null : hashText(beginning)
}

/**
 * The targets in the order of that conversation; those that are much busier than the mean come last.
 * @param load requests in flight there
 */
export function byAffinity(
  targets: readonly Target[],
  key: number,
  load: (target: Target) => number,
): Target[] {
  const ranked = targets
    .map((target) => ({ target, score: mixBits(key ^ hashText(`${target.backend}/${target.model}`)) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ target }) => target)
  const total = targets.reduce((sum, target) => sum + load(target), 1)
  const most = Math.max(FLOOR, Math.ceil((BOUND * total) / targets.length))
  const isBusy = (target: Target): boolean => load(target) + 1 > most
  return [...ranked.filter((target) => !isBusy(target)), ...ranked.filter(isBusy)]
}

/** What stands before the first answer: it is in all later turns as well. */
function beginningOf(messages: readonly unknown[], before: string): string {
  let system = before
  for (const message of messages) {
    if (!isRecord(message)) continue
    const { role, content } = message
    if (role === 'user') return `${system}\n${textOf(content)}`
    if (role === 'assistant') break
    if (system.length < LOOKED_AT) system = (system + textOf(content)).slice(0, LOOKED_AT)
  }
  return system
}

/** Text, or a list of it or of parts that hold it. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content.slice(0, LOOKED_AT)
  if (!Array.isArray(content)) return ''
  let text = ''
  for (const part of content) {
    if (text.length >= LOOKED_AT) break
    const piece: unknown = isRecord(part) ? part['text'] : part
    if (typeof piece === 'string') text += piece.slice(0, LOOKED_AT)
  }
  return text.slice(0, LOOKED_AT)
}
