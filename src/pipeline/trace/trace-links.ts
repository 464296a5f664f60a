/** What a client says of where a request belongs: the span of its own trace, and the conversation. */
import { isRecord } from '../../protocols/json-object.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { TraceLinks } from '../../table/trace-links.ts'
import type { RequestHead } from '../edge/request-head.ts'
import { maskParts } from './mask-parts.ts'
import { inOneGo } from './turns.ts'

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/
const SESSION = /^[A-Za-z0-9._:@/-]{1,128}$/
/** As Claude Code names itself: a user, an account, and the session. */
const SESSION_OF_USER = /_session_([0-9a-f-]{36})$/
const SAMPLED = 1

type Said = Pick<RequestHead, 'traceparent' | 'sessionId'>

/** @param body of the request; @returns an empty one where it says nothing that can be used */
export function traceLinks(
  head: Said,
  body: Readonly<Record<string, unknown>>,
  table: RouteTable,
): TraceLinks {
  const parent = head.traceparent === null ? null : parentOf(head.traceparent)
  const session = sessionOf(head.sessionId, body)
  const isKept = session !== null && isHarmless(session, table)
  return { ...(parent !== null && { parent }), ...(isKept && { session }) }
}

/** By W3C's recommendation. Who does not record its trace has none that a span could belong to. */
function parentOf(header: string): string | null {
  const [, version, trace = '', span = '', flags = ''] = TRACEPARENT.exec(header) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && header.length !== 55)) return null
  if (/^0+$/.test(trace) || /^0+$/.test(span)) return null
  return (Number.parseInt(flags, 16) & SAMPLED) === 0 ? null : `${trace}-${span}`
}

/** The header goes before the body: who sets it means the gateway. */
function sessionOf(header: string | null, body: Readonly<Record<string, unknown>>): string | null {
  const { metadata, conversation } = body
  const said = isRecord(metadata) ? metadata : {}
  const user = typeof said['user_id'] === 'string' ? SESSION_OF_USER.exec(said['user_id'])?.[1] : undefined
  const candidates = [
    header,
    said['session_id'],
    user,
    isRecord(conversation) ? conversation['id'] : conversation,
  ]
  const first = candidates.find((one) => typeof one === 'string' && one !== '')
  return typeof first === 'string' && SESSION.test(first) ? first : null
}

/** Whatever the rules look for: nothing that a detector knows leaves as the name of a conversation. */
function isHarmless(session: string, table: RouteTable): boolean {
  const whole = { role: 'other', kind: 'id', message: 0, as: 'content', text: session } as const
  return inOneGo(maskParts([{ ...whole, path: [], keep: session.length }], table))[0] === session
}
