import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { magicPacket } from '../../../../src/control/wake/magic-packet.ts'
import { createWaker, type Waker } from '../../../../src/control/wake/waker.ts'
import type { WakePolicy } from '../../../../src/table/wake-policy.ts'
import { makeBackend, makeSnapshot, makeTable } from '../../make-snapshot.ts'
import { listenUdp, type UdpListener } from './udp-listener.ts'

const MAC = '001122aabbcc'

interface Rig {
  waker: Waker
  udp: UdpListener
  /** The host answers from now on. */
  start: () => Promise<void>
  log: string[]
  /** Ms that have been waited. */
  waited: () => number
  /** Called at each wait. */
  onWait: (act: (ms: number) => unknown) => void
  /** Lets time pass. */
  pass: (ms: number) => void
}

async function rig(by?: WakePolicy['by'], startsWithinMs = 30_000): Promise<Rig> {
  const server = http.createServer((_, response) => response.end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const udp = await listenUdp()
  const log: string[] = []
  let now = 1_000_000
  let act: (ms: number) => unknown = () => {}
  const packet = { kind: 'packet', mac: MAC, address: '127.0.0.1', port: udp.port } as const
  const gpu = makeBackend({ origin: `http://127.0.0.1:${port}`, wake: { by: by ?? packet, startsWithinMs } })
  const snapshot = makeSnapshot(makeTable({ backends: { gpu, spare: makeBackend() } }))
  const waker = createWaker({
    snapshot: () => snapshot,
    log: (level, line) => void log.push(`${level}: ${line}`),
    now: () => now,
    wait: async (ms) => {
      now += ms
      await act(now - 1_000_000)
    },
  })
  return {
    waker,
    udp,
    log,
    waited: () => now - 1_000_000,
    onWait: (next) => (act = next),
    pass: (ms) => void (now += ms),
    async start() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

describe('the waker', () => {
  it('sends a packet, and says when the host is there', async () => {
    const { waker, udp, log, start, onWait, waited } = await rig()
    onWait((ms) => ms === 3000 && start())
    expect(await waker.wake('gpu')).toBe(true)
    expect(waited()).toBe(3000)
    await vi.waitFor(() => expect(udp.packets).toEqual([magicPacket(MAC).toString('hex')]))
    expect(log).toEqual([
      'info: backend `gpu` does not answer and is woken',
      'info: backend `gpu` is awake after 3 s',
    ])
  })

  it('wakes once for all who ask', async () => {
    const { waker, udp, log, start, onWait } = await rig()
    onWait((ms) => ms === 2000 && start())
    const answers = await Promise.all(Array.from({ length: 20 }, () => waker.wake('gpu')))
    expect(answers).toEqual(Array.from({ length: 20 }, () => true))
    expect([udp.packets.length, log.length]).toEqual([1, 2])
  })

  it('wakes nobody who is up', async () => {
    const { waker, udp, log, start } = await rig()
    await start()
    expect(await waker.wake('gpu')).toBe(true)
    expect([udp.packets, log]).toEqual([[], []])
  })

  it('sends again now and then, gives up in time, and then says so at once for a while', async () => {
    const { waker, udp, log, waited, pass } = await rig()
    expect(await waker.wake('gpu')).toBe(false)
    expect(waited()).toBe(30_000)
    await vi.waitFor(() => expect(udp.packets).toHaveLength(4))
    expect(log.at(-1)).toBe('warn: backend `gpu` did not wake within 30 s')
    pass(59_999)
    expect(await waker.wake('gpu')).toBe(false)
    expect(waited()).toBe(89_999)
    pass(1)
    expect(await waker.wake('gpu')).toBe(false)
    expect(waited()).toBe(120_000)
  })

  it.each(['POST', 'GET'] as const)('calls an address by %s instead, once', async (method) => {
    const calls: string[] = []
    const socket = http.createServer((request, response) => {
      calls.push(`${request.method} ${request.url}`)
      response.end('ok')
    })
    socket.listen(0, '127.0.0.1')
    await once(socket, 'listening')
    onTestFinished(() => {
      socket.close()
      socket.closeAllConnections()
    })
    const url = `http://127.0.0.1:${(socket.address() as AddressInfo).port}/on`
    const { waker, udp, start, onWait } = await rig({ kind: 'url', url, method })
    onWait((ms) => ms === 25_000 && start())
    expect(await waker.wake('gpu')).toBe(true)
    expect([calls, udp.packets]).toEqual([[`${method} /on`], []])
  })

  it('says what went wrong with the call, and waits all the same', async () => {
    const { waker, log, start, onWait } = await rig({
      kind: 'url',
      url: 'http://127.0.0.1:1/',
      method: 'GET',
    })
    onWait((ms) => ms === 1000 && start())
    expect(await waker.wake('gpu')).toBe(true)
    expect(log[1]).toMatch(/^warn: backend `gpu` could not be woken: .*ECONNREFUSED/)
  })

  it.each(['spare', 'nobody', '__proto__'])('has no way to wake %s', async (name) => {
    const { waker, log } = await rig()
    expect(await waker.wake(name)).toBe(false)
    expect(log).toEqual([])
  })

  it('lets nobody wait when it stops', async () => {
    const { waker, onWait, waited } = await rig()
    onWait(() => waker.stop())
    expect(await waker.wake('gpu')).toBe(false)
    expect(waited()).toBe(1000)
  })
})
