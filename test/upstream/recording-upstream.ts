/**
 * A mock model server that writes down all that reaches it. It answers by a script of steps chosen by
 * the model id of the request, so each test owns one id and reads back what was sent under it.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reply, Step } from './reply.ts'
import { completion } from './reply.ts'

/** One request as it arrived, and how it ended. Times in ms of `performance.now()`. */
export interface Recorded {
  /** Number of the TCP connection it came on, from 1. */
  connection: number
  method: string
  path: string
  /** Names and values as they stood on the wire. */
  rawHeaders: readonly string[]
  /** Names in lower case, repeated ones joined. */
  headers: IncomingMessage['headers']
  body: Buffer
  /** The `model` of the body, or the empty string. */
  model: string
  startedAt: number
  /** Body bytes that the other side's system took. */
  sentBytes: number
  /** Null while the exchange runs. */
  closedAt: number | null
  /** The connection went before the reply was complete: the other side left, or the script cut it. */
  aborted: boolean
}

export interface RecordingUpstream {
  origin: string
  port: number
  requests: readonly Recorded[]
  /** TCP connections accepted so far. */
  connections: () => number
  /** Sets the reply for a model id; without one it is a plain completion. */
  reply: (model: string, reply: Reply) => void
  /** Is asked for the reply to each request for a model id that has none. */
  otherwise: (choose: (recorded: Recorded) => Reply) => void
  /** All requests for a model id, oldest first. */
  requestsFor: (model: string) => Recorded[]
  /** The first request for a model id that satisfies the predicate. @throws after `timeoutMs`. */
  waitFor: (model: string, predicate?: (r: Recorded) => boolean, timeoutMs?: number) => Promise<Recorded>
  /** Drops what was recorded; a long run would keep it all. */
  forget: () => void
  close: () => Promise<void>
}

const FLOOD_BLOCK = Buffer.from(`data: ${'0'.repeat(64 * 1024 - 8)}\n\n`)
const POLL_MS = 5

export async function startUpstream(port = 0): Promise<RecordingUpstream> {
  const replies = new Map<string, Reply>()
  const requests: Recorded[] = []
  const connectionNumbers = new WeakMap<object, number>()
  let connections = 0
  let choose = (_recorded: Recorded): Reply => completion('ok')

  const server = createServer((request, response) => {
    void serve(request, response)
  })
  server.on('connection', (socket) => connectionNumbers.set(socket, ++connections))
  server.requestTimeout = 0

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded: Recorded = {
      connection: connectionNumbers.get(request.socket) ?? 0,
      method: request.method ?? '',
      path: request.url ?? '',
      rawHeaders: request.rawHeaders,
      headers: request.headers,
      body: Buffer.alloc(0),
      model: '',
      startedAt: performance.now(),
      sentBytes: 0,
      closedAt: null,
      aborted: false,
    }
    response.on('close', () => {
      recorded.closedAt = performance.now()
      recorded.aborted = !response.writableFinished
    })
    recorded.body = await readBody(request)
    recorded.model = modelOf(recorded.body)
    requests.push(recorded)
    await play(replies.get(recorded.model) ?? choose(recorded), recorded, response)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.address() as AddressInfo).port
  const requestsFor = (model: string): Recorded[] => requests.filter((r) => r.model === model)

  return {
    origin: `http://127.0.0.1:${bound}`,
    port: bound,
    requests,
    connections: () => connections,
    reply: (model, reply) => void replies.set(model, reply),
    otherwise: (chosen) => void (choose = chosen),
    requestsFor,
    forget: () => void requests.splice(0),
    waitFor: async (model, predicate = () => true, timeoutMs = 5000) => {
      const deadline = performance.now() + timeoutMs
      for (;;) {
        const found = requestsFor(model).find(predicate)
        if (found) return found
        if (performance.now() > deadline)
          throw new Error(`upstream: no such request for ${model} in ${timeoutMs} ms`)
        await sleep(POLL_MS)
      }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  try {
    for await (const part of request) parts.push(part as Buffer)
  } catch {
    // The other side broke off; what came is recorded.
  }
  return Buffer.concat(parts)
}

function modelOf(body: Buffer): string {
  const field = /\bname="model"\r\n\r\n([^\r]*)\r\n/.exec(body.toString('latin1'))?.[1]
  if (field !== undefined) return field
  try {
    const model: unknown = (JSON.parse(body.toString('utf8')) as { model?: unknown }).model
    return typeof model === 'string' ? model : ''
  } catch {
    return ''
  }
}

async function play(reply: Reply, recorded: Recorded, response: ServerResponse): Promise<void> {
  for (const step of reply) {
    if (response.destroyed) return
    const goesOn = await take(step, recorded, response)
    if (!goesOn) return
  }
  if (!response.headersSent) stream(response)
  response.end()
}

/** Plays one step; false when it was the last word. */
async function take(step: Step, recorded: Recorded, response: ServerResponse): Promise<boolean> {
  if ('head' in step) {
    response.writeHead(step.head, step.headers ?? {})
    response.flushHeaders()
  } else if ('at' in step) {
    await sleep(Math.max(0, recorded.startedAt + step.at - performance.now()))
  } else if ('send' in step) {
    if (!response.headersSent) stream(response)
    await write(step.send, recorded, response)
  } else if ('flood' in step) {
    if (!response.headersSent) stream(response)
    for (let sent = 0; sent < step.flood && !response.destroyed; sent += FLOOD_BLOCK.length) {
      await write(FLOOD_BLOCK, recorded, response)
    }
  } else if ('echo' in step) {
    const { path, rawHeaders: headers, body } = recorded
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ path, headers, body: body.toString('base64') }))
    return false
  } else if ('cut' in step) {
    response.socket?.destroy()
    return false
  } else {
    return false
  }
  return true
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
}

/** Writes and waits until the system took it, so that `sentBytes` shows back-pressure. */
async function write(data: string | Uint8Array, recorded: Recorded, response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.write(data, (error) => {
      response.off('close', resolve)
      if (!error) recorded.sentBytes += Buffer.byteLength(data)
      resolve()
    })
  })
}
