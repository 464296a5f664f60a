/**
 * Texts that reach a backend without being of the body's content: the model that is asked for, where a wildcard lets
 * it become part of an id, and the correlation id that a client gave. Nobody can redact them.
 */
import type { ModelRequest } from '../../protocols/model-request.ts'
import type { TextPart } from '../../protocols/text-parts.ts'
import { resolveName } from '../../table/names.ts'
import type { RouteTable } from '../../table/route-table.ts'

/** @param correlationId null where the gateway made it */
export function namedOutside(
  { model }: Pick<ModelRequest, 'model'>,
  correlationId: string | null,
  table: RouteTable,
): TextPart[] {
  const parts: TextPart[] = []
  // What comes before a wildcard, and a name without one, are the policy's own.
  const rest = resolveName(table, model)?.rest ?? ''
  if (rest !== '') parts.push(alone('model', rest))
  if (correlationId !== null) parts.push(alone('correlation-id', correlationId))
  return parts
}

function alone(kind: TextPart['kind'], text: string): TextPart {
  return { role: 'other', kind, text, path: [] }
}
