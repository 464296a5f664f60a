/** Building blocks of hostile requests: well-formed ones that a case then spoils in one place. */

/** One way to be malformed, or at the edge of it. */
export interface HostileHead {
  id: string
  /** The bytes, as Latin-1; `mark` tells this case's requests from all others at the upstream. */
  wire: (context: WireContext) => string
  /** RFC 9112 allows it, so an answer other than a refusal is as good. */
  legal?: true
  /** Whole requests in `wire` by its own framing. Default 1. */
  framed?: number
}

export interface WireContext {
  key: string
  mark: string
}

const VICTIM = '{"model":"victim","messages":[]}'

/** A request that must never be seen to arrive: it stands where only a desynchronised reader finds it. */
export function smuggled({ key, mark }: WireContext): string {
  const body = '{"model":"smuggled","messages":[]}'
  return (
    'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
    `X-Correlation-ID: ${mark}\r\nAuthorization: Bearer ${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}

interface RequestParts {
  line?: string
  /** Replaces `Host: localhost`; empty for none. */
  host?: string
  /** Further header lines without line ends, such as the framing; they come last. */
  fields?: readonly string[]
  /** What follows the head. */
  rest?: string
  /** Line end. */
  eol?: string
  /** Sends no key. */
  anonymous?: boolean
}

/** A chat request with a valid key; nothing frames its body unless `fields` do. */
export function request(context: WireContext, parts: RequestParts): string {
  const { line = 'POST /v1/chat/completions HTTP/1.1', host = 'Host: localhost', eol = '\r\n' } = parts
  const lines = [
    line,
    ...(host === '' ? [] : [host]),
    'Content-Type: application/json',
    `X-Correlation-ID: ${context.mark}`,
    ...(parts.anonymous === true ? [] : [`Authorization: Bearer ${context.key}`]),
    ...(parts.fields ?? []),
  ]
  return lines.join(eol) + eol + eol + (parts.rest ?? '')
}

/** A request whose body is the victim's, with these framing fields. */
export function framedBy(...fields: readonly string[]): HostileHead['wire'] {
  return (context) => request(context, { fields: fields.map(fillLength), rest: VICTIM })
}

/** A request whose body is the victim's in one chunk, with these framing fields. */
export function chunkedBy(...fields: readonly string[]): HostileHead['wire'] {
  return (context) => request(context, { fields, rest: `${chunkOf(VICTIM)}0\r\n\r\n` })
}

/** A chunked request whose body is written by the case itself. */
export function chunks(rest: string): HostileHead['wire'] {
  return (context) => request(context, { fields: ['Transfer-Encoding: chunked'], rest })
}

/** A GET of the model list with this further line. */
export function get(field: string): HostileHead['wire'] {
  return (context) => request(context, { line: 'GET /v1/models HTTP/1.1', fields: [field] })
}

/** A request with this line and no body. */
export function requestLine(line: string): HostileHead['wire'] {
  return (context) => request(context, { line })
}

/** A GET with this in place of the Host line. */
export function hosted(host: string): HostileHead['wire'] {
  return (context) => request(context, { line: 'GET /v1/models HTTP/1.1', host })
}

export function chunkOf(data: string): string {
  return `${data.length.toString(16)}\r\n${data}\r\n`
}

/** `{n}` stands for the length of the victim's body. */
function fillLength(field: string): string {
  return field.replaceAll('{n}', String(VICTIM.length)).replaceAll('{hex}', VICTIM.length.toString(16))
}

export const VICTIM_CHUNK: string = chunkOf(VICTIM)
export const VICTIM_BODY: string = VICTIM
