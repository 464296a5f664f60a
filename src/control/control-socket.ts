/**
 * The control process's side of the wire: a Unix socket where an edge that has no snapshot fetches one, and where
 * edges leave their records.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import type { RecordBatch } from '../table/record-batch.ts'
import type { HandedSnapshot } from '../table/snapshot.ts'

export interface ControlSocket {
  close: () => Promise<void>
}

export interface ControlSocketRoutes {
  /** The one to hand out, null while there is none. */
  snapshot: () => HandedSnapshot | null
  /** Resolves when the batch is kept for good; rejects when it cannot be kept just now. */
  keepRecords: (batch: RecordBatch) => Promise<void>
}

/** An edge sends at most 512 records of about 1 KB. */
const LARGEST_BODY_BYTES = 16 * 1024 ** 2

/** @param runDir a folder that only this user may enter */
export function controlSocketPath(runDir: string): string {
  return join(runDir, 'control.sock')
}

/** @param path in a folder that only this user may enter: what is served here holds the backends' keys */
export async function openControlSocket(path: string, routes: ControlSocketRoutes): Promise<ControlSocket> {
  const server = http.createServer((request, response) => void answer(request, response, routes))
  // A control process that was killed leaves its socket behind.
  await rm(path, { force: true })
  server.listen(path)
  await once(server, 'listening')
  return {
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { snapshot, keepRecords }: ControlSocketRoutes,
): Promise<void> {
  const say = (status: number, body?: unknown): void => {
    if (body === undefined) response.writeHead(status).end()
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const route = `${request.method} ${request.url}`
  if (route === 'GET /snapshot') {
    const current = snapshot()
    if (current === null) say(503)
    else say(200, current)
  } else if (route === 'POST /records') {
    const batch = await readJson<RecordBatch>(request)
    if (batch === null) return say(400)
    await keepRecords(batch).then(
      () => say(204),
      () => say(503),
    )
  } else say(404)
}

/** Null when it is cut short, too large, or no JSON. */
async function readJson<T>(request: http.IncomingMessage): Promise<T | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength
      if (bytes > LARGEST_BODY_BYTES) return null
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T
  } catch {
    return null
  }
}
