import { describe, expect, it, vi } from 'vitest'
import { magicPacket, sendMagicPacket } from '../../../../src/control/wake/magic-packet.ts'
import { listenUdp } from './udp-listener.ts'

const MAC = '001122aabbcc'

describe('a magic packet', () => {
  it('is six bytes of ones and sixteen times the address', () => {
    expect(magicPacket(MAC).toString('hex')).toBe('f'.repeat(12) + MAC.repeat(16))
  })

  it('arrives where it is sent', async () => {
    const { port, packets } = await listenUdp()
    await sendMagicPacket({ mac: MAC, address: '127.0.0.1', port })
    await vi.waitFor(() => expect(packets).toEqual([magicPacket(MAC).toString('hex')]))
  })

  it('cannot go nowhere in silence', async () => {
    const sent = sendMagicPacket({ mac: MAC, address: 'nowhere.invalid', port: 9 })
    await expect(sent).rejects.toThrow(/nowhere\.invalid/)
  })
})
