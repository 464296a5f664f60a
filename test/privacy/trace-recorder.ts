/** A trace sink in the cloud that takes all text it is given: no span it hears of may hold what must not be seen there. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { spansIn } from '../telemetry/otlp-schema.ts'
import type { Witness } from './witness.ts'

export interface TraceRecorder {
  origin: string
  /** How many spans it was sent, how many of them with text, and with a placeholder in it. */
  heard: { spans: number; texts: number; masked: number }
  close: () => Promise<void>
}

const PLACEHOLDER = /\[(?:SECRET:[a-z-]+|[A-Z][A-Z -]+|not scanned)\]/

/** Ids and times are made of digits by chance, a stretch of which may look like any number. */
const ID = /^[0-9a-f-]{16,}$|^\d[\dT:.Z-]+$/

/** All that a span says, one by one. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return ID.test(value) ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(stringsIn)
}

export async function startTraceRecorder(witness: Witness): Promise<TraceRecorder> {
  const heard = { spans: 0, texts: 0, masked: 0 }
  const take = async (request: IncomingMessage): Promise<void> => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    const raw = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    for (const span of spansIn(JSON.parse(raw.toString()))) {
      const text = JSON.stringify(span)
      heard.spans += 1
      if (text.includes('gen_ai.input.messages')) heard.texts += 1
      if (PLACEHOLDER.test(text)) heard.masked += 1
      for (const said of stringsIn(span)) witness.overhear('cloud', said)
    }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await take(request)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{}')
  }
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
