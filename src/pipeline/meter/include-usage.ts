/** Asks a backend to say at the end of a stream what it used, where the client did not ask for that itself. */
import type { ModelRequest } from '../../protocols/model-request.ts'
import { isRecord } from '../../protocols/json-object.ts'
import type { FallbackStep } from '../../table/decision.ts'
import { lookup } from '../../table/lookup.ts'
import type { RouteTable, Surface, Target } from '../../table/route-table.ts'
import type { BodyChanges } from '../route/body-changes.ts'

/** Surfaces whose streams say what was used only if they are asked; others do in any case. */
export const TELLS_ON_DEMAND: ReadonlySet<Surface> = new Set<Surface>(['chat', 'completions'])

const FIELD = 'stream_options'
const ASKED = '"include_usage":true'

/** @returns null where the client has asked already: then it wants to see the answer too */
export function includeUsage({ body }: ModelRequest, changes: BodyChanges | null): BodyChanges | null {
  const options = body.value[FIELD]
  if (isRecord(options) && options['include_usage'] === true) return null
  const { replaced, added } = changes ?? { replaced: new Map<string, string>(), added: '' }
  if (body.spans.has(FIELD)) {
    const asked = JSON.stringify({ ...(isRecord(options) ? options : {}), include_usage: true })
    return { replaced: new Map([...replaced, [FIELD, asked]]), added }
  }
  const member = `"${FIELD}":{${ASKED}}`
  return { replaced, added: added === '' ? member : `${added},${member}` }
}

/** Whether the request may come to a backend that must not be asked. */
export function refusesUsage(
  { backends }: Pick<RouteTable, 'backends'>,
  { pool, fallback }: { pool: readonly Target[]; fallback: readonly FallbackStep[] },
): boolean {
  const refuses = ({ backend }: Target): boolean => lookup(backends, backend)?.streamUsage === 'off'
  return pool.some(refuses) || fallback.some(({ target }) => refuses(target))
}
