/** Hears what is sent by UDP to a port of this machine. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

export interface UdpListener {
  port: number
  /** In hexadecimal digits. */
  packets: string[]
  /** Told of each packet. */
  onPacket: () => void
}

export async function listenUdp(): Promise<UdpListener> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  const listener: UdpListener = { port: socket.address().port, packets: [], onPacket: () => {} }
  socket.on('message', (packet) => {
    listener.packets.push(packet.toString('hex'))
    listener.onPacket()
  })
  return listener
}
