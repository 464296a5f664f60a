/**
 * The server's side of a WebSocket (RFC 6455) that only tells: text goes out, of what comes in only pings and the
 * close are answered.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

export interface WebSocketPeer {
  /** Who does not read what it is sent is dropped. */
  send: (text: string) => void
  close: () => void
}

/** Of the protocol, the same for all. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const
/** A listener has nothing to tell us but control frames, which are no longer than that. */
const LONGEST_PAYLOAD = 125
const MOST_UNREAD_BYTES = 1024 * 1024
/** 1009: a message too big. */
const TOO_BIG = Buffer.from([0x03, 0xf1])

/**
 * Answers the handshake; null (and the connection ended) when it is none.
 * @param onGone called once, when the peer is gone
 */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  onGone: () => void,
): WebSocketPeer | null {
  const { 'sec-websocket-key': key, 'sec-websocket-version': version, upgrade } = request.headers
  if (
    upgrade?.toLowerCase() !== 'websocket' ||
    version !== '13' ||
    key === undefined ||
    request.method !== 'GET'
  ) {
    socket.end('HTTP/1.1 426 Upgrade Required\r\nsec-websocket-version: 13\r\nconnection: close\r\n\r\n')
    return null
  }
  const accept = createHash('sha1').update(`${key}${MAGIC}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  socket.once('close', onGone)
  socket.on('error', () => socket.destroy())
  const close = (payload: Buffer = Buffer.alloc(0)): void => {
    if (!socket.writableEnded) socket.end(frame(OPCODE.close, payload))
  }
  const hear = createFrameReader(({ opcode, payload }) => {
    if (opcode === OPCODE.close) close(payload)
    else if (opcode === OPCODE.ping) socket.write(frame(OPCODE.pong, payload))
  })
  socket.on('data', (data: Buffer) => {
    if (!hear(data)) close(TOO_BIG)
  })
  socket.on('end', () => socket.end())
  return {
    send(text) {
      if (socket.writableEnded) return
      socket.write(frame(OPCODE.text, Buffer.from(text)))
      if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy()
    },
    close: () => close(),
  }
}

/** Whole, and unmasked as a server's are. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = 0x80 | opcode
  if (length < 126) head[1] = length
  else if (length < 65_536) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return Buffer.concat([head, payload])
}

interface Frame {
  opcode: number
  payload: Buffer
}

/** @returns whether what came could be read; after a no, nothing more is */
function createFrameReader(onFrame: (frame: Frame) => void): (data: Buffer) => boolean {
  let rest: Buffer = Buffer.alloc(0)
  let fails = false
  return (data) => {
    if (fails) return true
    rest = Buffer.concat([rest, data])
    while (rest.length >= 2) {
      const length = rest[1]! & 0x7f
      // A client's frames are masked.
      if ((rest[1]! & 0x80) === 0 || length > LONGEST_PAYLOAD) {
        fails = true
        return false
      }
      const end = 6 + length
      if (rest.length < end) break
      const mask = rest.subarray(2, 6)
      const payload = Buffer.from(rest.subarray(6, end).map((byte, i) => byte ^ mask[i % 4]!))
      onFrame({ opcode: rest[0]! & 0x0f, payload })
      rest = rest.subarray(end)
    }
    return true
  }
}
