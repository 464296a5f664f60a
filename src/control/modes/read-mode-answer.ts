/**
 * What a host's answer says of a mode. Hosts tell it in many forms; what is none of them says nothing, and that is not
 * taken for off.
 */
import type { ModeSign } from '../../table/mode-host.ts'

/** Asked in this order; the first that holds a word of the kind decides. */
const COMMON_FIELDS = ['on', 'enabled', 'active', 'state', 'mode', 'status']

const WORDS: Readonly<Record<string, boolean>> = { on: true, off: false, true: true, false: false }

/**
 * @param sign null = one of the common forms
 * @returns null when it does not say
 */
export function readModeAnswer(answer: unknown, sign: ModeSign | null): boolean | null {
  if (sign !== null) {
    const value = fieldOf(answer, sign.field)
    return value === undefined || value === null ? null : value === sign.equals
  }
  const whole = wordOf(answer)
  if (whole !== null) return whole
  for (const field of COMMON_FIELDS) {
    const word = wordOf(fieldOf(answer, field))
    if (word !== null) return word
  }
  return null
}

function wordOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return null
  const word = value.trim().toLowerCase()
  return Object.hasOwn(WORDS, word) ? (WORDS[word] ?? null) : null
}

/** A field whose own name holds dots is found as well. */
function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.hasOwn(value, field)) return (value as Record<string, unknown>)[field]
  const dot = field.indexOf('.')
  if (dot === -1) return undefined
  const outer = field.slice(0, dot)
  if (!Object.hasOwn(value, outer)) return undefined
  return fieldOf((value as Record<string, unknown>)[outer], field.slice(dot + 1))
}
