/**
 * The control process's side of the wire: a Unix socket where an edge that has no snapshot fetches one, and where
 * edges leave their records.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import type { SharedLedger } from '../ports.ts'
import type { Reservation, Settlement } from '../table/charges.ts'
import type { HookCall } from '../table/mattermost-hook.ts'
import type { RecordBatch } from '../table/record-batch.ts'
import type { HandedSnapshot } from '../table/snapshot.ts'
import type { AnswerHook } from './hooks/mattermost.ts'

export interface ControlSocket {
  close: () => Promise<void>
}

export interface ControlSocketRoutes {
  /** The one to hand out, null while there is none. */
  snapshot: () => HandedSnapshot | null
  /** Resolves when the batch is kept for good; rejects when it cannot be kept just now. */
  keepRecords: (batch: RecordBatch) => Promise<void>
  /** Has a backend woken, and says when it is there, or that it did not come. */
  wake?: (backend: string) => Promise<boolean>
  /** Answers Mattermost; null while the policy has no such hook. */
  mattermost?: AnswerHook
  /** The ledger that nodes share; null while none is. */
  sharedLedger?: () => SharedLedger | null
  /** Voids a reservation in it that an edge did not wait for, now or as soon as may be. */
  cancelShared?: (id: string) => void
}

/** An edge sends at most 512 records; the longest, with all that a guard found, has some KB. */
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
  routes: ControlSocketRoutes,
): Promise<void> {
  try {
    const [status, body] = await route(request, routes)
    if (body === undefined) response.writeHead(status).end()
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  } catch {
    // Who asks goes on without, and asks again.
    response.writeHead(503).end()
  }
}

async function route(
  request: http.IncomingMessage,
  { snapshot, keepRecords, sharedLedger, cancelShared, wake, mattermost }: ControlSocketRoutes,
): Promise<[status: number, body?: unknown]> {
  const url = new URL(request.url ?? '/', 'http://control')
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /snapshot': {
      const current = snapshot()
      return current === null ? [503] : [200, current]
    }
    case 'POST /records': {
      const edge = url.searchParams.get('edge')
      const packed = edge === null ? null : await readText(request)
      if (edge === null || packed === null) return [400]
      await keepRecords({ edge, dropped: Number(url.searchParams.get('dropped')), packed })
      return [204]
    }
    case 'POST /wake': {
      const asked = await readJson<{ backend: string }>(request)
      if (asked === null) return [400]
      return [200, { awake: (await wake?.(asked.backend)) ?? false }]
    }
    case 'POST /hooks/mattermost': {
      const call = await readJson<HookCall>(request)
      const said = call === null ? null : ((await mattermost?.(call)) ?? null)
      return said === null ? [404] : [200, said]
    }
    case 'POST /ledger/reserve': {
      const reservation = await readJson<Reservation>(request)
      const verdict = reservation && (await sharedLedger?.()?.reserve(reservation))
      return verdict ? [200, verdict] : [503]
    }
    case 'POST /ledger/settle': {
      const settlement = await readJson<Settlement>(request)
      if (settlement !== null) await sharedLedger?.()?.settle(settlement)
      return [204]
    }
    case 'POST /ledger/cancel': {
      const cancelled = await readJson<{ id: string }>(request)
      if (cancelled !== null) cancelShared?.(cancelled.id)
      return [204]
    }
    default:
      return [404]
  }
}

/** Null when it is cut short, too large, or no JSON. */
async function readJson<T>(request: http.IncomingMessage): Promise<T | null> {
  const text = await readText(request)
  try {
    return text === null ? null : (JSON.parse(text) as T)
  } catch {
    return null
  }
}

/** Null when it is cut short or too large. */
async function readText(request: http.IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength
      if (bytes > LARGEST_BODY_BYTES) return null
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  } catch {
    return null
  }
}
