/** What a decision changes in the body that leaves: parameters, and text that is redacted. */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { ParameterEdits, RouteDecision } from '../../table/decision.ts'
import type { RouteTable, Surface } from '../../table/route-table.ts'
import { SURFACE_TRAITS } from '../../table/surfaces.ts'
import type { Classified } from '../classify/classify.ts'
import { redact } from '../classify/redact.ts'
import { editParameters } from './edit-parameters.ts'

export interface BodyChanges {
  /** Top-level key → its new JSON. The body has each of them. */
  replaced: ReadonlyMap<string, string>
  /** Members that the body does not have, as JSON without braces; empty for none. */
  added: string
}

/**
 * @returns null where the body leaves as it came
 * @throws GatewayError redaction_failed, invalid_field
 */
export function bodyChanges(
  { body }: ModelRequest,
  { edits, redact: detectors }: RouteDecision,
  { classified, surface, table }: { classified: Classified; surface: Surface; table: RouteTable },
): BodyChanges | null {
  // Most requests leave as they came, but for the model's id.
  if (detectors.length === 0 && !isEdited(edits)) return null
  const replaced =
    detectors.length === 0
      ? new Map<string, string>()
      : redact(body, classified, { surface, table, detectors })
  const added: string[] = []
  // An embedding has none of these parameters, and what has no such limit has none of them.
  if (SURFACE_TRAITS[surface].outputLimit.length > 0) {
    for (const [key, json] of editParameters(body, edits, surface)) {
      if (body.spans.has(key)) replaced.set(key, json)
      else added.push(`${JSON.stringify(key)}:${json}`)
    }
  }
  return replaced.size === 0 && added.length === 0 ? null : { replaced, added: added.join(',') }
}

function isEdited({ set, clamp }: ParameterEdits): boolean {
  for (const _ in set) return true
  for (const _ in clamp) return true
  return false
}
