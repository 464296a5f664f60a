import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { formatListener, isLoopback, parseListenAddress } from '../../../src/control/listen-address.ts'
import { openListenSocket } from '../../../src/control/listen-socket.ts'

describe('openListenSocket', () => {
  it('holds a port without accepting, and lets go of it', async () => {
    const socket = await openListenSocket({ address: '127.0.0.1', port: 0 }, '--http')
    const client = net.connect(socket.port, '127.0.0.1')
    await once(client, 'connect')
    client.destroy()
    await socket.close()
    const again = await openListenSocket({ address: '127.0.0.1', port: socket.port }, '--http')
    expect(again.port).toBe(socket.port)
    await again.close()
  })

  it('names who holds a taken port, and the flag that helps', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const { port } = other.address() as net.AddressInfo
    const attempt = openListenSocket({ address: '127.0.0.1', port }, '--https')
    await expect(attempt).rejects.toThrow(
      new RegExp(
        `^port ${port} is taken by pid ${process.pid} \\(.+\\); stop it, or choose another with --https`,
      ),
    )
  })

  it('says when an address is not of this machine', async () => {
    const attempt = openListenSocket({ address: '203.0.113.7', port: 0 }, '--http')
    await expect(attempt).rejects.toThrow('203.0.113.7 is no address of this machine')
  })
})

describe('parseListenAddress', () => {
  it.each([
    { text: 'off', expected: null },
    { text: '127.0.0.1:4000', expected: { address: '127.0.0.1', port: 4000 } },
    { text: 'localhost:0', expected: { address: 'localhost', port: 0 } },
    { text: '[::1]:8443', expected: { address: '::1', port: 8443 } },
  ])('reads $text', ({ text, expected }) => {
    expect(parseListenAddress(text)).toEqual(expected)
    if (expected !== null) expect(formatListener(expected)).toBe(text)
  })

  it.each(['', '8443', ':8443', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:80', '[box]:80', 'a:b'])(
    'refuses `%s`',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow('is no address to listen on')
    },
  )
})

it.each([
  { address: '127.0.0.1', expected: true },
  { address: '127.9.9.9', expected: true },
  { address: '::1', expected: true },
  { address: 'localhost', expected: true },
  { address: '0.0.0.0', expected: false },
  { address: '::', expected: false },
  { address: '127.evil.example', expected: false },
  { address: '192.168.1.2', expected: false },
])('isLoopback($address) is $expected', ({ address, expected }) => {
  expect(isLoopback(address)).toBe(expected)
})
