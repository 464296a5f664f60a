/**
 * The control process's side of the wire: a Unix socket where an edge that has no snapshot fetches one.
 */
import { once } from 'node:events'
import http from 'node:http'
import type { Snapshot } from '../table/snapshot.ts'

export interface ControlSocket {
  close: () => Promise<void>
}

/**
 * @param path in a folder that only this user may enter: what is served here holds the backends' keys
 * @param snapshot the one to hand out, null while there is none
 */
export async function openControlSocket(
  path: string,
  snapshot: () => Snapshot | null,
): Promise<ControlSocket> {
  const server = http.createServer((request, response) => {
    const current = snapshot()
    if (request.method !== 'GET' || request.url !== '/snapshot') response.writeHead(404).end()
    else if (current === null) response.writeHead(503).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(current))
  })
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
