import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureServerCertificate } from '../../../src/control/certificate-authority.ts'
import { openStateFolder, type StateFolder } from '../../../src/control/state-folder.ts'

const NAMES = ['localhost', 'my_box', 'box.local', '127.0.0.1', '::1', '192.168.7.9', 'fd00::a1']
const DAY_MS = 86_400_000

let state: StateFolder

beforeEach(async () => {
  state = await openStateFolder(await mkdtemp(join(tmpdir(), 'aicc-ca-')))
})

afterEach(() => rm(state.dir, { recursive: true }))

/** What a client that trusts only our authority says: null = accepted, else the error's code. */
async function handshake(chain: string, key: string, servername: string): Promise<string | null> {
  const server = tls.createServer({ cert: chain, key }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ca = await readFile(state.caCertificate)
  const isAddress = /^[\d.]+$|:/.test(servername)
  const client = tls.connect({
    host: '127.0.0.1',
    port,
    ca,
    ...(isAddress ? {} : { servername }),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(servername, certificate),
  })
  try {
    await once(client, 'secureConnect')
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  } finally {
    client.destroy()
    server.close()
  }
}

describe('ensureServerCertificate', () => {
  it.each([
    { name: 'localhost', expected: null },
    { name: 'box.local', expected: null },
    { name: '127.0.0.1', expected: null },
    { name: '192.168.7.9', expected: null },
    { name: 'other.local', expected: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { name: '192.168.7.10', expected: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  ])('is judged by node:tls as $expected for $name', async ({ name, expected }) => {
    const { chain, key } = await ensureServerCertificate(state, NAMES)
    expect(await handshake(chain, key, name)).toBe(expected)
  })

  it('signs with a local authority and keeps within what systems accept', async () => {
    const { chain } = await ensureServerCertificate(state, NAMES)
    const leaf = new X509Certificate(chain)
    const ca = new X509Certificate(await readFile(state.caCertificate))
    expect(leaf.verify(ca.publicKey)).toBe(true)
    expect(leaf.checkIssued(ca)).toBe(true)
    expect(ca.ca).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect((Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / DAY_MS).toBeLessThanOrEqual(397)
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    expect(leaf.checkIP('fd00::a1')).toBe('fd00::a1')
  })

  it('leaves out names that no certificate can carry', async () => {
    const { names } = await ensureServerCertificate(state, ['localhost', "anna's laptop"])
    expect(names).toEqual(['localhost'])
  })

  it('gives every file to its owner alone', async () => {
    await ensureServerCertificate(state, NAMES)
    const files = [state.caCertificate, state.caKey, state.serverCertificate, state.serverKey]
    const modes = await Promise.all(files.map(async (file) => (await stat(file)).mode & 0o777))
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600])
    expect((await stat(state.dir)).mode & 0o777).toBe(0o700)
  })

  it.each([
    { case: 'the same names', names: NAMES, days: 0, issued: false },
    { case: 'fewer names', names: NAMES.slice(0, 3), days: 0, issued: false },
    { case: 'a new address', names: [...NAMES, '10.1.2.3'], days: 0, issued: true },
    { case: 'an uncertifiable new name', names: [...NAMES, 'not a name'], days: 0, issued: false },
    { case: '31 days left', names: NAMES, days: 365, issued: false },
    { case: '29 days left', names: NAMES, days: 367, issued: true },
  ])('with $case issued anew: $issued', async ({ names, days, issued }) => {
    await ensureServerCertificate(state, NAMES)
    const ca = await readFile(state.caCertificate, 'utf8')
    const second = await ensureServerCertificate(state, names, new Date(Date.now() + days * DAY_MS))
    expect(second.issued).toBe(issued)
    expect(await readFile(state.caCertificate, 'utf8')).toBe(ca)
  })

  it('replaces a certificate whose key does not match, as after a crash between two writes', async () => {
    await ensureServerCertificate(state, NAMES)
    const foreign = await openStateFolder(join(state.dir, 'foreign'))
    await writeFile(state.serverKey, (await ensureServerCertificate(foreign, NAMES)).key)
    const second = await ensureServerCertificate(state, NAMES)
    expect(second.issued).toBe(true)
    expect(await handshake(second.chain, second.key, 'localhost')).toBeNull()
  })

  it('replaces a certificate that another authority signed', async () => {
    await ensureServerCertificate(state, NAMES)
    await rm(state.caKey)
    expect((await ensureServerCertificate(state, NAMES)).issued).toBe(true)
  })

  it('signs nothing with the key of another authority, and says what to do', async () => {
    await ensureServerCertificate(state, NAMES)
    const foreign = await openStateFolder(join(state.dir, 'foreign'))
    await ensureServerCertificate(foreign, NAMES)
    const ca = await readFile(state.caCertificate, 'utf8')
    await copyFile(foreign.caKey, state.caKey)
    await expect(ensureServerCertificate(state, NAMES)).rejects.toThrow(
      /ca\.key is not the key of .*ca\.crt\.\nPut back the two files/,
    )
    await writeFile(state.caKey, 'no key')
    await expect(ensureServerCertificate(state, NAMES)).rejects.toThrow(
      /ca\.key cannot be read: .*\nPut back/,
    )
    expect(await readFile(state.caCertificate, 'utf8')).toBe(ca)
  })
})
