/** A model server that falls ill and recovers on command, always on the same port, and knows when it was well. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { chunk, DONE, ROLE, text } from '../upstream/reply.ts'

export const ILLNESSES = ['refuses', 'crashes', 'fails', 'cuts', 'stalls'] as const
/**
 * `refuses`: takes no connections, finishes what it has begun. `crashes`: breaks those off as well. `fails`: 500.
 * `cuts`: hangs up on requests. `stalls`: begins to answer and gets stuck before any content.
 */
export type Illness = (typeof ILLNESSES)[number]

/** Words of a stream, and ms between two. */
export const WORDS = 8
const WORD_EVERY_MS = 150
const CALL_MS = 60
/** What it says to have used, for every answer. */
const USAGE = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }
/** Id of the model whose requests wait until they are let go. */
export const HELD = 'held'

interface Spell {
  illness: Illness
  from: number
  to: number
}

export interface FlappingBackend {
  name: string
  origin: string
  fall: (illness: Illness) => void
  /** Resolves when it answers again. */
  recover: () => Promise<void>
  /** Whether it was well at every moment from one time to the other, in ms of `performance.now()`. */
  wasWell: (from: number, to: number) => boolean
  spells: readonly Spell[]
  /** Requests for the model `held` that wait. */
  waiting: () => number
  letGo: () => void
  /** Most requests that it worked on at once. */
  mostAtOnce: () => number
  close: () => Promise<void>
}

interface Asked {
  model?: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
}

export async function startBackend(name: string): Promise<FlappingBackend> {
  const spells: Spell[] = []
  let illness: Illness | null = null
  let working = 0
  let most = 0
  let waiting = 0
  let gate = Promise.withResolvers<void>()
  let server: Server

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('error', () => {})
    if (request.method === 'GET') return void response.writeHead(illness === 'fails' ? 500 : 200).end('{}')
    working += 1
    most = Math.max(most, working)
    response.once('close', () => (working -= 1))
    const asked = await read(request)
    if (illness === 'fails') return void response.writeHead(500).end('{"error":{"message":"ill"}}')
    if (illness === 'cuts') return void request.socket.destroy()
    if (illness === 'stalls') return stall(response, asked)
    if (asked.stream) return await speak(response, asked)
    if (asked.model === HELD) {
      waiting += 1
      await gate.promise
      waiting -= 1
    } else await sleep(CALL_MS)
    const message = { role: 'assistant', content: 'w '.repeat(WORDS) }
    const body = { id: name, object: 'chat.completion', choices: [{ index: 0, message }], usage: USAGE }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const listen = async (port: number): Promise<void> => {
    server = createServer((request, response) => {
      // Who asked has left, or it crashed meanwhile.
      serve(request, response).catch(() => response.destroy())
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server!.address() as AddressInfo

  return {
    name,
    origin: `http://127.0.0.1:${port}`,
    spells,
    fall(how) {
      illness = how
      spells.push({ illness: how, from: performance.now(), to: Number.POSITIVE_INFINITY })
      if (how !== 'refuses' && how !== 'crashes') return
      server.close()
      if (how === 'crashes') server.closeAllConnections()
    },
    async recover() {
      const spell = spells.at(-1)
      if (illness === null || spell === undefined) return
      if (!server.listening) await again(() => listen(port))
      illness = null
      spell.to = performance.now()
    },
    wasWell: (from, to) => !spells.some((spell) => spell.from <= to && spell.to >= from),
    waiting: () => waiting,
    letGo() {
      gate.resolve()
      gate = Promise.withResolvers<void>()
    },
    mostAtOnce: () => most,
    async close() {
      server.closeAllConnections()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whoever was lent the port meanwhile gives it back. */
async function again(work: () => Promise<void>): Promise<void> {
  for (let times = 0; ; times += 1) {
    try {
      return await work()
    } catch (error) {
      if (times === 200) throw error
      await sleep(50)
    }
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Asked
}

function stall(response: ServerResponse, { stream }: Asked): void {
  if (stream) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(ROLE)
  else response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{')
}

async function speak(response: ServerResponse, { stream_options: options }: Asked): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(ROLE)
  for (let word = 0; word < WORDS && !response.destroyed; word += 1) {
    await sleep(WORD_EVERY_MS)
    response.write(text('w '))
  }
  response.write(chunk({ finish: 'stop' }))
  if (options?.include_usage === true) response.write(chunk({ usage: USAGE }))
  response.end(DONE)
}
