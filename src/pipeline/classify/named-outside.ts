/**
 * Texts that reach a backend without being of the body's content: the model that is asked for, where a wildcard lets
 * it become part of an id, and the correlation id that a client gave. Nobody can redact them.
 */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { TextPart } from '../../protocols/text-parts.ts'
import { lookup } from '../../table/lookup.ts'
import type { RouteTable } from '../../table/route-table.ts'

/** @param correlationId null where the gateway made it */
export function namedOutside(
  { model }: Pick<ModelRequest, 'model'>,
  correlationId: string | null,
  table: RouteTable,
): TextPart[] {
  const parts: TextPart[] = []
  // A name that the policy gives is no secret of the client's.
  if (lookup(table.names, model) === undefined) parts.push(alone('model', model))
  if (correlationId !== null) parts.push(alone('correlation-id', correlationId))
  return parts
}

function alone(kind: TextPart['kind'], text: string): TextPart {
  return { role: 'other', kind, text, path: [] }
}
