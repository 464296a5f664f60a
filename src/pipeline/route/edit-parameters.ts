/** Parameters that rules set or clamp → what changes in the body. All else stays as it came, byte for byte. */
import { GatewayError } from '../../errors.ts'
import type { JsonObject } from '../../protocols/json-object.ts'
import type { ParameterEdits } from '../../table/decision.ts'
import { lookup } from '../../table/lookup.ts'

type Bounds = ParameterEdits['clamp'][string]

/** The limit of the answer's length has two names; a rule says the older one and means both. */
const LIMIT = 'max_tokens'
const LIMIT_TOO = 'max_completion_tokens'

/**
 * Values that are set come first, bounds after them.
 * @returns top-level key → its new JSON; a key that the body does not have is to be added
 * @throws GatewayError invalid_field (400) where a number must be clamped that is none
 */
export function editParameters(body: JsonObject, { set, clamp }: ParameterEdits): Map<string, string> {
  const changes = new Map<string, string>()
  for (const name of new Set([...Object.keys(set), ...Object.keys(clamp)])) {
    const bounds = lookup(clamp, name)
    for (const key of keysFor(body, name)) {
      const before = body.value[key] ?? undefined
      // Without a limit a model writes as long as it likes: there the upper bound becomes the limit.
      const absent = name === LIMIT ? (bounds?.max ?? undefined) : undefined
      const wanted = lookup(set, name) ?? before ?? absent
      const after = bounds === undefined || wanted === undefined ? wanted : clampValue(key, wanted, bounds)
      if (after !== undefined && after !== before) changes.set(key, JSON.stringify(after))
    }
  }
  return changes
}

/** Those of its names that the body has; the name itself when it has none. */
function keysFor({ spans }: JsonObject, name: string): string[] {
  const names = name === LIMIT ? [LIMIT, LIMIT_TOO] : [name]
  const present = names.filter((key) => spans.has(key))
  return present.length === 0 ? [name] : present
}

function clampValue(key: string, value: unknown, { min, max }: Bounds): number {
  // A text that some backend would read as a number must not slip through.
  if (typeof value !== 'number') {
    throw new GatewayError('invalid_field', `\`${key}\` must be a number.`, { param: key })
  }
  return Math.min(Math.max(value, min ?? Number.NEGATIVE_INFINITY), max ?? Number.POSITIVE_INFINITY)
}
