/** A model server that knows how many requests it worked on, by model, and tells the same usage for each. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** In tokens; less than any estimate, so that nothing costs more than was reserved. */
export const USAGE = { prompt_tokens: 1, completion_tokens: 10, total_tokens: 11 }
/** Long enough that a thousand at once overlap. */
const WORKS_MS = 60

export interface CountedBackend {
  origin: string
  /** Requests that it was asked, whatever became of them: they cost money. */
  asked: (model: string) => number
  /** Most that it worked on at once since the last forget(). */
  mostAtOnce: (model: string) => number
  forget: () => void
  /** From now on it answers a model's requests only when they are let go. */
  hold: (model: string) => void
  letGo: () => void
  atWork: (model: string) => number
  close: () => Promise<void>
}

export async function startCountedBackend(): Promise<CountedBackend> {
  const asked = new Map<string, number>()
  const working = new Map<string, number>()
  const most = new Map<string, number>()
  let held: string | null = null
  let gate = Promise.withResolvers<void>()
  const add = (counts: Map<string, number>, model: string, by: number): number => {
    const now = (counts.get(model) ?? 0) + by
    counts.set(model, now)
    return now
  }
  const server = createServer((request, response) => {
    // A probe.
    if (request.method === 'GET') {
      response.writeHead(200).end('{}')
      return
    }
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => (text += part))
    request.on('end', () => {
      const { model } = JSON.parse(text) as { model: string }
      add(asked, model, 1)
      most.set(model, Math.max(most.get(model) ?? 0, add(working, model, 1)))
      response.once('close', () => add(working, model, -1))
      const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }]
      const body = JSON.stringify({ id: 'x', object: 'chat.completion', model, choices, usage: USAGE })
      const answer = async (): Promise<void> => {
        await (held === model ? gate.promise : sleep(WORKS_MS))
        response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      }
      void answer()
    })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    asked: (model) => asked.get(model) ?? 0,
    mostAtOnce: (model) => most.get(model) ?? 0,
    forget: () => most.clear(),
    hold(model) {
      held = model
    },
    letGo() {
      held = null
      gate.resolve()
      gate = Promise.withResolvers()
    },
    atWork: (model) => working.get(model) ?? 0,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
