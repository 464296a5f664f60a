/** Clients that call at a steady rate, whatever happens, ask again when a connection breaks, and note all of it. */
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLIENTS, SERVED_BY, type ModelName } from './chaos-policies.ts'
import { WORDS } from './flapping-backend.ts'

export interface Attempt {
  /** It is sent as the correlation id, so that its record can be found. */
  id: string
  /** Ms of `performance.now()`. */
  from: number
  to: number
  /**
   * `whole`: a full answer. `refused`: another status. `error-frame`: a stream that began and ended with one.
   * `broken`: the connection was refused, reset, or ended too soon. `odd`: anything else, which may never be.
   */
  end: 'whole' | 'refused' | 'error-frame' | 'broken' | 'odd'
  /** Status and code of the error, or what was odd. */
  detail: string
  backend: string | null
  /** Attempts at backends. */
  tries: number
}

export interface Request {
  client: string
  model: ModelName
  stream: boolean
  /** More than one where a connection broke. */
  attempts: Attempt[]
}

export interface Callers {
  /** Those that have ended. */
  requests: Request[]
  stop: () => Promise<void>
}

/** Pauses of a client before it asks again, doubled each time from here. */
const PAUSE_MS = 250
const MOST_ATTEMPTS = 8
/** No answer takes so long: who waits longer hangs. */
const HUNG_MS = 60_000
const MODELS = Object.keys(SERVED_BY) as ModelName[]

export interface CallersOptions {
  port: number
  perSecond: number
  keys: Readonly<Record<string, string>>
}

export function startCallers({ port, perSecond, keys }: CallersOptions): Callers {
  const agent = new http.Agent({ keepAlive: true })
  const over = new AbortController()
  const requests: Request[] = []
  const underWay = new Set<Promise<void>>()

  const run = async (number: number): Promise<void> => {
    const model = MODELS[number % MODELS.length] ?? 'steady'
    const client = CLIENTS[number % CLIENTS.length] ?? CLIENTS[0]
    // Two in three of those that stream at all.
    const stream = model === 'steady' || model === 'lasting' ? number % 3 !== 0 : false
    const request: Request = { client, model, stream, attempts: [] }
    for (let pause = PAUSE_MS; ; pause *= 2) {
      const attempt = await ask({ port, agent, key: keys[client] ?? '', model, stream })
      request.attempts.push(attempt)
      if (attempt.end !== 'broken' || request.attempts.length === MOST_ATTEMPTS) break
      await sleep(pause)
    }
    requests.push(request)
  }
  const pace = async (): Promise<void> => {
    const began = performance.now()
    for (let number = 0; !over.signal.aborted; number += 1) {
      await sleep(Math.max(0, began + (number * 1000) / perSecond - performance.now()))
      const one = run(number)
      underWay.add(one)
      void one.then(() => underWay.delete(one))
    }
    await Promise.all(underWay)
  }
  const ended = pace()
  return {
    requests,
    async stop() {
      over.abort()
      await ended
      agent.destroy()
    },
  }
}

export interface AskOptions {
  port: number
  agent: http.Agent
  key: string
  model: string
  stream: boolean
}

/** One attempt; never rejects. */
export function ask({ port, agent, key, model, stream }: AskOptions): Promise<Attempt> {
  const id = randomUUID()
  const from = performance.now()
  const body = JSON.stringify({ model, stream, max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] })
  return new Promise((resolve) => {
    const end = (how: Pick<Attempt, 'end' | 'detail'>, headers: http.IncomingHttpHeaders = {}): void => {
      const backend = headers['x-aicc-backend']
      resolve({
        id,
        from,
        to: performance.now(),
        ...how,
        backend: typeof backend === 'string' ? backend : null,
        tries: Number(headers['x-aicc-attempts'] ?? 0),
      })
    }
    const outgoing = http.request({
      host: '127.0.0.1',
      port,
      agent,
      method: 'POST',
      path: '/v1/chat/completions',
      timeout: HUNG_MS,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-correlation-id': id,
      },
    })
    outgoing.once('timeout', () => {
      end({ end: 'odd', detail: 'hung' })
      outgoing.destroy()
    })
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      end({ end: 'broken', detail: error.code ?? error.message }),
    )
    outgoing.once('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('error', (error: NodeJS.ErrnoException) => {
        end(
          { end: 'broken', detail: `${error.code ?? error.message} behind ${parts.length} pieces` },
          answer.headers,
        )
      })
      answer.once('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        end(judgeAnswer(answer.statusCode ?? 0, { stream, text }), answer.headers)
      })
    })
    outgoing.end(body)
  })
}

function judgeAnswer(
  status: number,
  { stream, text }: { stream: boolean; text: string },
): Pick<Attempt, 'end' | 'detail'> {
  const code = /"code":\s*"(\w+)"/.exec(text)?.[1] ?? '?'
  if (status !== 200) return { end: 'refused', detail: `${status} ${code}` }
  if (text.includes('"error"')) {
    // An error frame is the last one.
    if (stream && /data: \{"error".*\}\n\n(data: \[DONE\]\n\n)?$/.test(text))
      return { end: 'error-frame', detail: code }
    return { end: 'odd', detail: `error inside: ${text.slice(-200)}` }
  }
  if (text.includes('"usage"') && stream) return { end: 'odd', detail: 'usage that nobody asked for' }
  const words = text.split('w ').length - 1
  if (stream && !text.endsWith('data: [DONE]\n\n'))
    return { end: 'odd', detail: `no [DONE]: ${text.slice(-200)}` }
  if (words < WORDS) return { end: 'odd', detail: `${words} words: ${text.slice(-200)}` }
  return { end: 'whole', detail: '' }
}
