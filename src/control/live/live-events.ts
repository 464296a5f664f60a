/**
 * `GET /admin/events` as a WebSocket: lines of the log as they are written, a JSON array for each batch. While nobody
 * listens, nothing is handed on.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../../errors.ts'
import { acceptWebSocket, type WebSocketPeer } from './web-socket.ts'

const EVENTS_PATH = '/admin/events'
const MOST_LISTENERS = 32

export interface LiveEventsOptions {
  /** Throws GatewayError for who may not listen. */
  check: (request: IncomingMessage) => void
  /** Told whether anybody listens, whenever that changes. */
  onListening: (listening: boolean) => void
}

export interface LiveEvents {
  /** Of a request that wants to speak something else than HTTP. */
  upgrade: (request: IncomingMessage, socket: Duplex) => void
  /** @param lines of the log, each with its end */
  publish: (lines: string) => void
  close: () => void
}

export function createLiveEvents({ check, onListening }: LiveEventsOptions): LiveEvents {
  const peers = new Set<WebSocketPeer>()

  const admit = (request: IncomingMessage): void => {
    check(request)
    if (new URL(request.url ?? '', 'http://localhost').pathname !== EVENTS_PATH)
      throw new GatewayError('not_found', 'no such admin route')
    if (peers.size >= MOST_LISTENERS)
      throw new GatewayError('backend_busy', `${MOST_LISTENERS} listen already`)
  }
  return {
    upgrade(request, socket) {
      try {
        admit(request)
      } catch (error) {
        const status = error instanceof GatewayError ? error.toResponse().status : 500
        socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
        return
      }
      const peer = acceptWebSocket(request, socket, () => {
        if (peer !== null && peers.delete(peer) && peers.size === 0) onListening(false)
      })
      if (peer === null) return
      peers.add(peer)
      if (peers.size === 1) onListening(true)
    },
    publish(lines) {
      if (peers.size === 0) return
      const batch = `[${lines.trimEnd().replaceAll('\n', ',')}]`
      for (const peer of peers) peer.send(batch)
    },
    close() {
      for (const peer of peers) peer.close()
    },
  }
}
