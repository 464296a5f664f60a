/** A plain HTTPS client that says exactly what it is told to, with the CA of the gateway verified. */
import { Agent, request } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { ErrorBody } from '../../../src/errors.ts'
import type { Gateway } from './start-gateway.ts'

export interface CallOptions {
  method?: string
  path?: string
  /** `undefined` drops a default header. */
  headers?: Record<string, string | string[] | undefined>
  /** The client key; null sends none. */
  key?: string | null
  /** A value other than a string or bytes is sent as JSON. */
  body?: unknown
  /** Sends the body in these pieces, chunked. */
  chunks?: readonly (string | Uint8Array)[]
  /** Loopback address to call from. */
  from?: string
  /** Port to call from; for one call at a time. */
  fromPort?: number
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  bytes: Buffer
  text: string
  /** @throws when the body is not JSON. */
  json: () => unknown
  /** The `error` of OpenAI's error object. @throws when the body is none. */
  error: () => ErrorBody['error']
}

/** An answer whose body is still to come. */
export interface OpenAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: IncomingMessage
  /** Goes away without a word, as a client does that is killed. */
  vanish: () => void
}

export interface Client {
  call: (options?: CallOptions) => Promise<Answer>
  /** POSTs a body to /v1/chat/completions. */
  chat: (body: unknown, options?: CallOptions) => Promise<Answer>
  /** Resolves with the headers. */
  open: (options?: CallOptions) => Promise<OpenAnswer>
  /** Sends the request and does not wait; `vanish` drops the connection. */
  start: (options?: CallOptions) => { vanish: () => void; answer: Promise<OpenAnswer> }
  close: () => void
}

/** A chat request that asks for a stream. */
export function streamOf(model: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { model, stream: true, messages: [{ role: 'user', content: 'hi' }], ...extra }
}

/** A chat request that asks for one answer. */
export function askOf(model: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return { model, messages: [{ role: 'user', content: 'hi' }], ...extra }
}

export function createClient(gateway: Gateway): Client {
  const agent = new Agent({ keepAlive: true, ca: gateway.ca, servername: 'localhost', maxSockets: 512 })
  const { port } = gateway.run.https

  const start: Client['start'] = (options = {}) => {
    const { body, chunks, from, fromPort } = options
    const payload = encode(body)
    const outgoing = request({
      host: '127.0.0.1',
      port,
      agent,
      method: options.method ?? (payload === undefined && !chunks ? 'GET' : 'POST'),
      path: options.path ?? (payload === undefined && !chunks ? '/v1/models' : '/v1/chat/completions'),
      headers: headersOf(options, gateway.clientKey, port, payload),
      ...(from !== undefined && { localAddress: from }),
      ...(fromPort !== undefined && {
        localPort: fromPort,
        agent: false,
        ca: gateway.ca,
        servername: 'localhost',
      }),
    })
    const answer = new Promise<OpenAnswer>((resolve, reject) => {
      outgoing.once('error', reject)
      outgoing.once('response', (incoming) => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: incoming,
          vanish: () => incoming.destroy(),
        })
      })
    })
    for (const piece of chunks ?? []) outgoing.write(piece)
    outgoing.end(payload)
    return { answer, vanish: () => outgoing.destroy() }
  }

  const open: Client['open'] = async (options) => await start(options).answer
  const call: Client['call'] = async (options) => await collect(await open(options))
  return {
    start,
    open,
    call,
    chat: async (body, options) => await call({ ...options, body }),
    close: () => agent.destroy(),
  }
}

/** Reads an answer to its end. @throws when the connection breaks first. */
export async function collect({ status, headers, body }: OpenAnswer): Promise<Answer> {
  const parts: Buffer[] = []
  for await (const part of body) parts.push(part as Buffer)
  const bytes = Buffer.concat(parts)
  const text = bytes.toString('utf8')
  const json = (): unknown => JSON.parse(text)
  return { status, headers, bytes, text, json, error: () => (json() as ErrorBody).error }
}

function encode(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
}

function headersOf(
  options: CallOptions,
  ownKey: string,
  port: number,
  payload: Buffer | undefined,
): Record<string, string | string[]> {
  const key = options.key === undefined ? ownKey : options.key
  const headers: Record<string, string | string[]> = { host: `localhost:${port}` }
  if (key !== null) headers['authorization'] = `Bearer ${key}`
  if (payload !== undefined || options.chunks) headers['content-type'] = 'application/json'
  if (payload !== undefined) headers['content-length'] = String(payload.length)
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value === undefined) delete headers[name]
    else headers[name] = value
  }
  return headers
}
