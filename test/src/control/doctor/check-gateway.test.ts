import { makeClient } from '../../make-snapshot.ts'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ensureServerCertificate } from '../../../../src/control/certificate-authority.ts'
import { checkGateway } from '../../../../src/control/doctor/check-gateway.ts'
import { openStateFolder, type StateFolder } from '../../../../src/control/state-folder.ts'
import type { RouteTable } from '../../../../src/table/route-table.ts'
import { snapshotOf } from '../mini-edge.ts'

const DAY_MS = 86_400_000

let state: StateFolder

beforeEach(async () => {
  state = await openStateFolder(await mkdtemp(join(tmpdir(), 'aicc-doctor-')))
  return () => rm(state.dir, { recursive: true })
})

async function verdicts(table: RouteTable, environment: Record<string, string> = {}): Promise<string[]> {
  const findings = await checkGateway({ stateDir: state.dir, policies: '/policies', table, environment })
  return findings.map(({ check, verdict, message }) => `${verdict} ${check}: ${message}`)
}

const table = { ...snapshotOf('d').table, listen: { https: 'off', http: 'off', names: [] } }

describe('checkGateway', () => {
  it('has nothing to say against a fresh checkout', async () => {
    expect(await verdicts(table)).toEqual([
      'ok secrets: every secret that the policy names is set',
      'ok certificate: no certificate yet; the first start makes one',
      'ok running: not running',
    ])
  })

  it('takes the key that the first start makes as given', async () => {
    const keys = [{ env: 'AICC_CLIENT_KEY', deprecatedAt: null, expiresAt: null }]
    expect((await verdicts({ ...table, clients: { home: makeClient({ keys }) } }))[0]).toMatch(/^ok secrets/)
  })

  it('lists each secret that is missing', async () => {
    const keys = ['A', 'B'].map((env) => ({ env, deprecatedAt: null, expiresAt: null }))
    const findings = await verdicts({ ...table, clients: { home: makeClient({ keys }) } })
    expect(findings.filter((finding) => finding.startsWith('fail secrets'))).toHaveLength(2)
  })

  it.each([
    { age: 0, says: /^ok certificate: the certificate is valid until .* \(395 days\)$/ },
    { age: 380, says: /^warn certificate: the certificate expires on/ },
    { age: 400, says: /^fail certificate: the certificate expired on/ },
  ])('judges a certificate of $age days', async ({ age, says }) => {
    await ensureServerCertificate(state, ['localhost'], new Date(Date.now() - age * DAY_MS))
    expect((await verdicts(table))[1]).toMatch(says)
  })

  it('names who holds a port that the policy wants', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const listen = { https: `127.0.0.1:${port}`, http: 'off', names: [] }
    expect((await verdicts({ ...table, listen })).at(-1)).toMatch(
      new RegExp(`^fail port: port ${port} for https is taken by pid ${process.pid}`),
    )
  })

  it('sees what a killed gateway left', async () => {
    await writeFile(state.runFile, JSON.stringify({ pid: 2 ** 22 + 1 }))
    expect((await verdicts(table)).at(-1)).toMatch(/^warn running: it was killed/)
  })
})
