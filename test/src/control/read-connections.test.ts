import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { parseNetstat, parseProcTables, readConnections } from '../../../src/control/read-connections.ts'

describe('parseProcTables', () => {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue\n'
  it.each([
    { name: 'IPv4', line: '0: 0100007F:20FB 0100007F:C4EC 01 0:0', peers: ['127.0.0.1:50412'] },
    { name: 'CLOSE_WAIT is no connection', line: '0: 0100007F:20FB 0100007F:C4EC 08 0:0', peers: [] },
    { name: 'a listener', line: '0: 00000000:20FB 00000000:0000 0A 0:0', peers: [] },
    {
      name: 'IPv6',
      line: '0: 00000000000000000000000001000000:20FB 00000000000000000000000001000000:C4EC 01 0:0',
      peers: ['[::1]:50412'],
    },
    {
      name: 'IPv4 mapped into IPv6',
      line: '0: 0000000000000000FFFF00000100A8C0:20FB 0000000000000000FFFF00000200A8C0:0050 01 0:0',
      peers: ['192.168.0.2:80'],
    },
    { name: 'another local port', line: '0: 0100007F:20FA 0100007F:C4EC 01 0:0', peers: [] },
    { name: 'an empty line', line: '', peers: [] },
  ])('$name', ({ line, peers }) => {
    expect([...parseProcTables(head + line, new Set([8443]))]).toEqual(peers)
  })
})

describe('parseNetstat', () => {
  it.each([
    { line: 'tcp4  0  0  127.0.0.1.8443  127.0.0.1.50412  ESTABLISHED', peers: ['127.0.0.1:50412'] },
    { line: 'tcp6  0  0  ::1.8443  ::1.50412  ESTABLISHED', peers: ['[::1]:50412'] },
    { line: 'tcp6  0  0  fe80::1%lo0.8443  fe80::2%lo0.50412  ESTABLISHED', peers: ['[fe80::2]:50412'] },
    { line: 'tcp4  0  0  127.0.0.1.8443  127.0.0.1.50412  CLOSE_WAIT', peers: [] },
    { line: 'tcp4  0  0  127.0.0.1.8442  127.0.0.1.50412  ESTABLISHED', peers: [] },
    { line: 'tcp4  0  0  *.8443  *.*  LISTEN', peers: [] },
    { line: 'Active Internet connections', peers: [] },
  ])('$line', ({ line, peers }) => {
    expect([...parseNetstat(line, new Set([8443]))]).toEqual(peers)
  })
})

describe.skipIf(process.platform !== 'linux')('readConnections', () => {
  it('has a connection while both sides hold it, and no longer once the client has left', async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [accepted] = (await once(server, 'connection')) as [Socket]
    const peer = `127.0.0.1:${accepted.remotePort}`
    const listeners = [{ address: '127.0.0.1', port: accepted.localPort! }]
    expect(await readConnections(listeners)).toContain(peer)
    client.destroy()
    await once(accepted.resume(), 'end')
    expect(await readConnections(listeners)).not.toContain(peer)
    accepted.destroy()
    server.close()
  })

  it.each([
    { address: '0.0.0.0', client: '127.0.0.1' },
    { address: '::', client: '127.0.0.1' },
    { address: '::1', client: '::1' },
  ])('finds clients of a listener on $address', async ({ address, client: to }) => {
    const server = createServer().listen(0, address)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = connect(port, to)
    const [accepted] = (await once(server, 'connection')) as [Socket]
    const peer = to === '::1' ? `[::1]:${accepted.remotePort}` : `127.0.0.1:${accepted.remotePort}`
    expect(await readConnections([{ address, port }])).toContain(peer)
    client.destroy()
    accepted.destroy()
    server.close()
  })
})
