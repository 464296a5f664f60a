import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'undici'
import { createLiveEvents, type LiveEvents } from '../../../../src/control/live/live-events.ts'
import { GatewayError } from '../../../../src/errors.ts'

interface Rig {
  events: LiveEvents
  port: number
  listening: boolean[]
  open: () => Promise<WebSocket>
}

async function rig(): Promise<Rig> {
  const listening: boolean[] = []
  const events = createLiveEvents({
    check({ headers }) {
      if (headers.authorization !== 'Bearer yes') throw new GatewayError('invalid_api_key', 'no')
    },
    onListening: (on) => listening.push(on),
  })
  const server = createServer()
  server.on('upgrade', events.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    events.close()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/admin/events`, {
      headers: { authorization: 'Bearer yes' },
    })
    await once(socket, 'open')
    onTestFinished(() => socket.close())
    return socket
  }
  return { events, port, listening, open }
}

async function raw(port: number, head: string): Promise<{ socket: Socket; text: () => Promise<string> }> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(`${head}\r\n\r\n`)
  return { socket, text: async () => String(((await once(socket, 'data')) as [Buffer])[0]) }
}

const HEAD = [
  'GET /admin/events HTTP/1.1',
  'host: localhost',
  'authorization: Bearer yes',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  // The example of RFC 6455.
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
].join('\r\n')

it.each([10, 1000, 70_000])('tells everybody each batch, of %i bytes', async (bytes) => {
  const { events, open } = await rig()
  const [a, b] = [await open(), await open()]
  const heard = Promise.all([once(a, 'message'), once(b, 'message')])
  events.publish(`{"a":1}\n{"b":"${'é'.repeat(bytes)}"}\n`)
  for (const [message] of await heard) {
    expect(JSON.parse((message as { data: string }).data)).toEqual([{ a: 1 }, { b: 'é'.repeat(bytes) }])
  }
})

it('says when somebody begins to listen, and when nobody does any more', async () => {
  const { listening, open } = await rig()
  const [a, b] = [await open(), await open()]
  expect(listening).toEqual([true])
  a.close()
  await once(a, 'close')
  b.close()
  await once(b, 'close')
  await expect.poll(() => listening).toEqual([true, false])
})

it.each([
  { name: 'a wrong token', head: HEAD.replace('yes', 'no'), status: 403 },
  { name: 'another path', head: HEAD.replace('/events', '/else'), status: 404 },
  { name: 'another protocol', head: HEAD.replace('upgrade: websocket', 'upgrade: h2c'), status: 426 },
  { name: 'another version', head: HEAD.replace('version: 13', 'version: 8'), status: 426 },
])('refuses $name', async ({ head, status }) => {
  const { port, listening } = await rig()
  expect(await (await raw(port, head)).text()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(listening).toEqual([])
})

it('answers the handshake and pings, and closes on what it need not read', async () => {
  const { port } = await rig()
  const { socket, text } = await raw(port, HEAD)
  expect(await text()).toContain('sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  // A masked ping "hi" in two pieces.
  const ping = Buffer.from([0x89, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2])
  socket.write(ping.subarray(0, 3))
  const pong = once(socket, 'data')
  socket.write(ping.subarray(3))
  expect((await pong)[0]).toEqual(Buffer.from([0x8a, 2, 0x68, 0x69]))
  const bye = once(socket, 'data')
  // A text message of 200 bytes.
  socket.write(Buffer.concat([Buffer.from([0x81, 0xfe, 0, 200, 0, 0, 0, 0]), Buffer.alloc(200)]))
  expect((await bye)[0]).toEqual(Buffer.from([0x88, 2, 0x03, 0xf1]))
})

it('drops who does not read', async () => {
  const { port, events, listening } = await rig()
  const { socket, text } = await raw(port, HEAD)
  await text()
  socket.pause()
  const batch = `{"a":"${'x'.repeat(1024 * 1024)}"}\n`
  await expect
    .poll(() => {
      events.publish(batch)
      return listening
    })
    .toEqual([true, false])
})
