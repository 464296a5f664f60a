/**
 * Asks a backend harmless questions, the way the edge would reach it: same origin, key and certificate rules.
 */
import { Agent, fetch } from 'undici'
import { keyHeaders } from '../../table/key-headers.ts'
import type { Backend } from '../../table/route-table.ts'

const CONNECT_MS = 3000
/** Until the whole answer, unless told otherwise. */
const ANSWER_MS = 5000

export type Answer = { status: number; body: unknown } | { error: string }

export interface BackendClient {
  /** GET, or POST with a JSON body. The path begins at the origin. */
  ask: (path: string, body?: unknown) => Promise<Answer>
  /** GET without the key. */
  askOpenly: (path: string) => Promise<Answer>
  /** Path before `/v1`, where servers keep what is not OpenAI's; no trailing slash. */
  root: string
  close: () => Promise<void>
}

/**
 * @param key the backend's key, null where it takes none
 * @param answerMs until the whole answer
 */
export function createBackendClient(
  backend: Backend & { origin: string },
  key: string | null,
  answerMs: number = ANSWER_MS,
): BackendClient {
  const { ca, serverName } = backend.tls ?? {}
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_MS, ...(ca && { ca }), ...(serverName && { servername: serverName }) },
  })
  const send = async (path: string, secret: string | null, body?: unknown): Promise<Answer> => {
    try {
      const response = await fetch(`${backend.origin}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        // The key goes to this origin and nowhere else.
        redirect: 'manual',
        dispatcher,
        signal: AbortSignal.timeout(answerMs),
        headers: {
          ...keyHeaders(backend.kind, secret ?? undefined),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const text = await response.text()
      return { status: response.status, body: parse(text) }
    } catch (error) {
      return { error: reasonOf(error, answerMs) }
    }
  }
  return {
    ask: (path, body) => send(path, key, body),
    askOpenly: (path) => send(path, null),
    root: backend.basePath.replace(/\/v1$/, ''),
    close: () => dispatcher.close(),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** undici wraps what happened; the cause says it. */
function reasonOf(error: unknown, answerMs: number): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause : error
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return cause.name === 'TimeoutError' ? `no answer within ${answerMs} ms` : cause.message || code
}
