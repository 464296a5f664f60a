/** One HTTP request to a sink, on a connection of its own: an old one that has died says nothing about what arrived. */
import { Agent, fetch } from 'undici'
import { retryAfter } from '../../table/retry-after.ts'

export type Answer =
  /** `text`: null = the head is there, and the rest is not. */
  | { kind: 'answer'; status: number; retryAfterMs: number | null; text: string | null }
  /** It cannot have arrived. */
  | { kind: 'unsent'; why: string }
  /** It may have arrived. */
  | { kind: 'lost'; why: string }

export interface SinkClient {
  /** Never rejects. @param path goes behind the sink's address: empty, or begins with a slash */
  ask: (path: string, init: { body?: Body; signal: AbortSignal }) => Promise<Answer>
  close: () => Promise<void>
}

interface Body {
  bytes: Uint8Array
  headers: Readonly<Record<string, string>>
}

const CONNECT_MS = 3000
const ANSWER_MS = 15_000
const LONGEST_RETRY_AFTER_MS = 300_000
/** Of an answer; what is longer is not read to its end. */
const LONGEST_ANSWER = 8 * 1024 * 1024
/** Codes of failures before a byte of the request was written. */
const UNSENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT|ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_|UNABLE_)/

export function createSinkClient(server: {
  url: string
  /** By name in small letters, with every request. */
  headers: Readonly<Record<string, string>>
}): SinkClient {
  const agent = new Agent({ pipelining: 0, connect: { timeout: CONNECT_MS } })
  return {
    async ask(path, { body, signal }) {
      try {
        const response = await fetch(server.url + path, {
          dispatcher: agent,
          // The keys go to no other place.
          redirect: 'manual',
          signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
          headers: { ...server.headers, accept: 'application/json', ...body?.headers },
          ...(body !== undefined && { method: 'POST', body: body.bytes }),
        })
        const asked = retryAfter(response.headers, Date.now())
        const text = await readText(response.body).catch(() => null)
        return {
          kind: 'answer',
          status: response.status,
          retryAfterMs: asked === null ? null : Math.min(LONGEST_RETRY_AFTER_MS, asked),
          text,
        }
      } catch (error) {
        const code = codeOf(error)
        return UNSENT.test(code) ? { kind: 'unsent', why: code } : { kind: 'lost', why: code }
      }
    },
    close: () => agent.destroy(),
  }
}

async function readText(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > LONGEST_ANSWER) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Of the failure beneath: messages may quote what was sent. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'no answer in time'
  if (error.name === 'AbortError') return 'stopped'
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException
  return code ?? error.name
}
