/**
 * The request's header fields that the edge looks at, read in one pass: on workerd every look into Headers
 * crosses into C++, and a request is judged by a dozen of them.
 */
export interface RequestHead {
  host: string | null
  authorization: string | null
  /** A key as Anthropic's clients send it. */
  apiKey: string | null
  anthropicVersion: string | null
  origin: string | null
  correlationId: string | null
  contentType: string | null
  contentLength: string | null
  contentEncoding: string | null
  transferEncoding: string | null
  /** Where the request belongs, for its trace. */
  traceparent: string | null
  sessionId: string | null
  /** The fields that rules ask for, names in lower case. */
  named: Readonly<Record<string, string>>
  /** Fields, equal names counted once. */
  count: number
  /** Size of the block on the wire. */
  bytes: number
}

/** Bytes that a field costs on the wire besides name and value: `: ` and CRLF. */
const FIELD_OVERHEAD = 4

const NONE: Record<string, string> = {}

/** @param wanted names in lower case that are read besides the edge's own */
export function readHead(headers: Headers, wanted: readonly string[] = []): RequestHead {
  // Without a prototype: a field may be called `__proto__`.
  const named = wanted.length === 0 ? NONE : (Object.create(null) as Record<string, string>)
  const head: RequestHead = {
    host: null,
    authorization: null,
    apiKey: null,
    anthropicVersion: null,
    origin: null,
    correlationId: null,
    contentType: null,
    contentLength: null,
    contentEncoding: null,
    transferEncoding: null,
    traceparent: null,
    sessionId: null,
    named,
    count: 0,
    bytes: 0,
  }
  const noting: Noting = { head, named, wanted }
  // oxlint-disable-next-line unicorn/no-array-for-each -- Headers is no array, and its iterator makes two objects a field
  headers.forEach(note, noting)
  return head
}

interface Noting {
  head: RequestHead
  named: Record<string, string>
  wanted: readonly string[]
}

/** No closure of readHead()'s: its code would be forgotten whenever V8 collects. */
function note(this: Noting, value: string, name: string): void {
  const { head, named, wanted } = this
  head.count += 1
  head.bytes += name.length + value.length + FIELD_OVERHEAD
  if (wanted.length > 0 && wanted.includes(name)) named[name] = value
  switch (name) {
    case 'host':
      head.host = value
      break
    case 'authorization':
      head.authorization = value
      break
    case 'x-api-key':
      head.apiKey = value
      break
    case 'anthropic-version':
      head.anthropicVersion = value
      break
    case 'origin':
      head.origin = value
      break
    case 'x-correlation-id':
      head.correlationId = value
      break
    case 'content-type':
      head.contentType = value
      break
    case 'content-length':
      head.contentLength = value
      break
    case 'content-encoding':
      head.contentEncoding = value
      break
    case 'transfer-encoding':
      head.transferEncoding = value
      break
    case 'traceparent':
      head.traceparent = value
      break
    case 'x-session-id':
      head.sessionId = value
      break
    default:
  }
}
