/** Parameters that rules set or clamp → what changes in the body. All else stays as it came, byte for byte. */
import { GatewayError } from '../../errors.ts'
import { isRecord, type JsonObject } from '../../protocols/json-object.ts'
import type { ParameterEdits } from '../../table/decision.ts'
import { lookup } from '../../table/lookup.ts'
import type { Surface } from '../../table/route-table.ts'
import { SURFACE_TRAITS, type SurfaceTraits } from '../../table/surfaces.ts'

type Bounds = ParameterEdits['clamp'][string]

/** A rule says the older name of the limit of an answer's length, and means all that a protocol has for it. */
const LIMIT = 'max_tokens'

/** Here it stands within an object of the responses' body. */
const EFFORT = 'reasoning_effort'

/**
 * Values that are set come first, bounds after them. What the surface's protocol does not have is not added to it.
 * @returns top-level key → its new JSON; a key that the body does not have is to be added
 * @throws GatewayError invalid_field (400) where a number must be clamped that is none
 */
export function editParameters(
  body: JsonObject,
  { set, clamp }: ParameterEdits,
  surface: Surface,
): Map<string, string> {
  const traits = SURFACE_TRAITS[surface]
  const changes = new Map<string, string>()
  for (const name of new Set([...Object.keys(set), ...Object.keys(clamp)])) {
    const bounds = lookup(clamp, name)
    for (const key of keysFor(body, name, traits)) {
      const before = body.value[key] ?? undefined
      // Without a limit a model writes as long as it likes: there the upper bound becomes the limit.
      const absent = name === LIMIT ? (bounds?.max ?? undefined) : undefined
      const wanted = lookup(set, name) ?? before ?? absent
      const after = bounds === undefined || wanted === undefined ? wanted : clampValue(key, wanted, bounds)
      if (after !== undefined && after !== before) changes.set(key, JSON.stringify(after))
    }
  }
  const effort = lookup(set, EFFORT)
  if (traits.nestsEffort && effort !== undefined) {
    const { reasoning } = body.value
    changes.set('reasoning', JSON.stringify({ ...(isRecord(reasoning) && reasoning), effort }))
  }
  return changes
}

/** Those of its names that the body has; where it has none, the protocol's own. */
function keysFor({ spans }: JsonObject, name: string, { outputLimit, parameters }: SurfaceTraits): string[] {
  const names = name === LIMIT ? outputLimit : [name]
  const present = names.filter((key) => spans.has(key))
  if (present.length > 0) return present
  return name === LIMIT
    ? outputLimit.slice(0, 1)
    : parameters === 'all' || parameters.includes(name)
      ? [name]
      : []
}

function clampValue(key: string, value: unknown, { min, max }: Bounds): number {
  // A text that some backend would read as a number must not slip through.
  if (typeof value !== 'number') {
    throw new GatewayError('invalid_field', `\`${key}\` must be a number.`, { param: key })
  }
  return Math.min(Math.max(value, min ?? Number.NEGATIVE_INFINITY), max ?? Number.POSITIVE_INFINITY)
}
