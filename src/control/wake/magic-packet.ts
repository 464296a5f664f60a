/** Wake-on-LAN: six bytes of ones, then the card's address sixteen times, by UDP. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface Recipient {
  /** 12 hexadecimal digits. */
  mac: string
  /** Of a broadcast, or of one host. */
  address: string
  port: number
}

export function magicPacket(mac: string): Buffer {
  const card = Buffer.from(mac, 'hex')
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: 16 }, () => card)])
}

/** @throws Error when the system does not send it; that it arrives nobody knows */
export async function sendMagicPacket({ mac, address, port }: Recipient): Promise<void> {
  const socket = createSocket('udp4')
  try {
    socket.bind(0)
    await once(socket, 'listening')
    socket.setBroadcast(true)
    await new Promise<void>((resolve, reject) => {
      socket.send(magicPacket(mac), port, address, (error) => (error === null ? resolve() : reject(error)))
    })
  } finally {
    socket.close()
  }
}
