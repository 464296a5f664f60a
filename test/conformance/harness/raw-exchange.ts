/** Bytes over a socket, just as given: what a well-behaved client library would never send. */
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Gateway } from './start-gateway.ts'

export type Listener = 'http' | 'https'

export interface RawOptions {
  /** Sent in this order, as Latin-1. */
  send: readonly string[]
  /** Pause between the pieces. */
  everyMs?: number
  over?: Listener
  /** Leaves after this long; else waits for the other side to close or fall silent. */
  leaveAfterMs?: number
  /** Silence after which nothing more is awaited once something came. */
  quietMs?: number
  /** Longest wait for anything at all. */
  patienceMs?: number
}

export interface RawResult {
  /** All that came, as Latin-1. */
  received: string
  /** The other side closed or reset the connection. */
  closed: boolean
}

const QUIET_MS = 250
const PATIENCE_MS = 6000

export async function rawExchange(gateway: Gateway, options: RawOptions): Promise<RawResult> {
  const { over = 'https', quietMs = QUIET_MS, patienceMs = PATIENCE_MS } = options
  const socket = await open(gateway, over)
  const result: RawResult = { received: '', closed: false }
  let lastAt = performance.now()
  socket.on('data', (data: Buffer) => {
    result.received += data.toString('latin1')
    lastAt = performance.now()
  })
  socket.on('close', () => (result.closed = true))
  // A reset is an answer too; `closed` tells of it.
  socket.on('error', () => {})
  socket.on('end', () => (result.closed = true))

  for (const piece of options.send) {
    if (result.closed || (result.received !== '' && options.everyMs !== undefined)) break
    socket.write(piece, 'latin1')
    await sleep(options.everyMs ?? 5)
  }
  if (options.leaveAfterMs !== undefined) await sleep(options.leaveAfterMs)
  else {
    while (!result.closed) {
      const silence = performance.now() - lastAt
      if (silence > (result.received === '' ? patienceMs : quietMs)) break
      await sleep(10)
    }
  }
  socket.destroy()
  return result
}

async function open(gateway: Gateway, over: Listener): Promise<Socket> {
  const { port } = gateway.run[over]
  const socket =
    over === 'http'
      ? connectTcp({ host: '127.0.0.1', port })
      : connectTls({ host: '127.0.0.1', port, ca: gateway.ca, servername: 'localhost' })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once(over === 'http' ? 'connect' : 'secureConnect', resolve)
  })
  socket.setNoDelay(true)
  return socket
}
