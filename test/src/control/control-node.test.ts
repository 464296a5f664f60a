import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os, { tmpdir } from 'node:os'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CompileOutcome } from '../../../src/control/gateway.ts'
import { isWanted } from '../../../compiler/commands/logs.ts'
import { readLog } from '../../../src/control/read-log.ts'
import type { LogLevel, LogLine } from '../../../src/table/log-line.ts'
import { fetchStatus, requestReload } from '../../../src/control/admin-client.ts'
import { isAlive } from '../../../src/control/process-identity.ts'
import { makeClient } from '../make-snapshot.ts'
import { BROKEN, digestAt, hostsAt, locksIn, ok, readRun, rig, someBackend } from './control-rig.ts'

async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('startControl', () => {
  it('writes run.json and its secrets, serves, and cleans up when it stops', async () => {
    const { start, stateDir } = await rig()
    const control = await start()
    const run = await readRun(stateDir)
    expect(run).toMatchObject({ pid: process.pid, runtime: 'workerd', policies: '/policies' })
    expect(run.edgePid).toBe(control.gateway.supervisor.status.pid)
    expect(await digestAt(run.http!.port)).toBe('one')
    const files = ['run.json', 'client.key', 'admin.token', 'ca.crt', 'ca.key', 'server.key']
    const modes = await Promise.all(
      files.map(async (file) => (await stat(join(stateDir, file))).mode & 0o777),
    )
    expect(new Set(modes)).toEqual(new Set([0o600]))
    await control.stop()
    expect(isAlive(run.edgePid)).toBe(false)
    expect(await readdir(stateDir)).not.toContain('run.json')
    expect(await locksIn(stateDir)).toEqual([])
  })

  it('reloads through the admin API: unchanged, swapped, restarted, failed', async () => {
    const { start, stateDir, compiled } = await rig()
    await start()
    const { http, edgePid } = await readRun(stateDir)
    expect(await requestReload(stateDir)).toEqual({ kind: 'reloaded', digest: 'one', how: 'unchanged' })
    compiled(ok('two'))
    expect(await requestReload(stateDir)).toEqual({ kind: 'reloaded', digest: 'two', how: 'swapped' })
    expect((await readRun(stateDir)).edgePid).toBe(edgePid)
    compiled(ok('three', { backends: someBackend }))
    expect(await requestReload(stateDir)).toEqual({ kind: 'reloaded', digest: 'three', how: 'restarted' })
    expect((await readRun(stateDir)).edgePid).not.toBe(edgePid)
    compiled({ ok: false, diagnostics: [], rendered: 'error[resolve/unknown-backend]' })
    expect(await requestReload(stateDir)).toEqual({
      kind: 'refused',
      message: 'error[resolve/unknown-backend]',
    })
    await expect.poll(() => digestAt(http!.port)).toBe('three')
  })

  it('replaces the edge where another place is to count, which then begins with what is booked', async () => {
    const { start, stateDir, compiled, environment } = await rig()
    environment['REDIS_URL'] = 'redis://127.0.0.1:1'
    await start()
    const state = {
      url: { env: 'REDIS_URL' },
      prefix: 'aicc',
      nodes: 1,
      onFailure: { limits: 'open', budgets: 'open', leases: 'open' },
    } as const
    compiled(ok('two', { state }))
    expect(await requestReload(stateDir)).toMatchObject({ how: 'restarted' })
    compiled(ok('three', { state: { ...state, nodes: 2 } }))
    expect(await requestReload(stateDir)).toMatchObject({ how: 'swapped' })
    compiled(ok('four'))
    expect(await requestReload(stateDir)).toMatchObject({ how: 'restarted' })
  })

  it('keeps the policy in force when the next one names a secret that is missing, until it is there', async () => {
    const { start, stateDir, compiled, environment } = await rig()
    await start()
    compiled(ok('two', { backends: { gpu: { ...someBackend['gpu']!, key: { env: 'GPU_KEY' } } } }))
    expect(await requestReload(stateDir)).toEqual({
      kind: 'refused',
      message: `environment variable GPU_KEY (the key of backend \`gpu\`) is not set
  = help: put secrets into ${join(process.cwd(), '.env')}, which each reload reads anew, or into the environment before the start`,
    })
    environment['GPU_KEY'] = 'there-now'
    expect(await requestReload(stateDir)).toMatchObject({ kind: 'reloaded', digest: 'two' })
  })

  it('reloads when the policies folder changes, and prints why an edit is refused', async () => {
    const { start, options, stateDir, compiled, log } = await rig()
    const policies = join(stateDir, '..', 'policies')
    await mkdir(policies)
    await start({ ...options, policies, watch: true })
    const { http } = await readRun(stateDir)
    compiled(BROKEN)
    await writeFile(join(policies, 'policy.yaml'), 'broken')
    await expect.poll(() => log.join('\n'), { timeout: 5000 }).toContain('error[x]: frame')
    expect(await digestAt(http!.port)).toBe('one')
    compiled(ok('two'))
    await writeFile(join(policies, 'policy.yaml'), 'mended')
    await expect.poll(() => digestAt(http!.port), { timeout: 5000 }).toBe('two')
  })

  it('writes into the log what wants a person as an error, and what is well as no more than news', async () => {
    const { start, stateDir, compiled } = await rig()
    await start()
    compiled(BROKEN)
    await requestReload(stateDir)
    compiled(ok('two'))
    await requestReload(stateDir)
    const shown = async (level: LogLevel): Promise<string[]> => {
      const found: string[] = []
      const wanted = (line: LogLine): boolean => isWanted(line, { level })
      for await (const line of readLog({ folder: join(stateDir, 'logs'), last: 50, wanted }))
        found.push(`${line.level} ${line.kind === 'event' ? line.message : ''}`)
      return found
    }
    const failed = `error reload failed, the policy in force stays in force:\nerror[x]: frame`
    await expect.poll(() => shown('info')).toEqual([failed, 'info policy two in force (swapped)'])
    expect([await shown('warn'), await shown('error')]).toEqual([[failed], [failed]])
  })

  it('moves to another address when the policy says so, and closes the old one', async () => {
    const { start, stateDir, compiled } = await rig()
    compiled(ok('a', { listen: { https: null, http: '127.0.0.1:0', names: [] } }))
    await start({ listen: { https: 'off', http: null, exposeHttp: false, names: [] } })
    const before = (await readRun(stateDir)).http!.port
    compiled(ok('b', { listen: { https: null, http: 'localhost:0', names: ['gw.example'] } }))
    expect(await requestReload(stateDir)).toMatchObject({ kind: 'reloaded', how: 'restarted' })
    const after = (await readRun(stateDir)).http!.port
    await expect.poll(() => digestAt(after)).toBe('b')
    await expect.poll(() => digestAt(before)).toBe('closed')
  })

  it('tells the state of everything, and no secret', async () => {
    const { start, stateDir, compiled, environment } = await rig()
    environment['KEY'] = 'sk-aicc-abcdefgh-0123456789'
    const keys = [{ env: 'KEY', deprecatedAt: Date.UTC(2027, 0, 31), expiresAt: null }]
    compiled(ok('one', { clients: { home: makeClient({ keys }) }, backends: someBackend }))
    await start()
    const answer = await fetchStatus(stateDir)
    expect(answer).toMatchObject({
      kind: 'running',
      status: {
        version: '1.2.3',
        digest: 'one',
        edge: { state: 'running', restarts: 0, hangs: 0 },
        backends: [{ name: 'gpu', kind: 'openai', origin: 'http://127.0.0.1:9' }],
        clients: [{ name: 'home', keys: [{ deprecatedAt: '2027-01-31T00:00:00.000Z', expiresAt: null }] }],
      },
    })
    expect(JSON.stringify(answer)).not.toContain('0123456789')
  })

  it('takes a new address of the machine into certificate and hosts, and keeps streams when one goes', async () => {
    const { start, stateDir } = await rig()
    const { gateway, status } = await start()
    const { http } = await readRun(stateDir)
    const present = os.networkInterfaces()
    onTestFinished(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })
    const address = { address: '10.99.0.1', internal: false } as os.NetworkInterfaceInfo
    vi.spyOn(os, 'networkInterfaces').mockReturnValue({ ...present, wlan9: [address] })
    syncBuiltinESMExports()
    expect(await gateway.refresh()).toMatchObject({ how: 'restarted' })
    expect(status().certificate.names).toContain('10.99.0.1')
    await expect.poll(() => hostsAt(http!.port)).toContain('10.99.0.1')
    vi.mocked(os.networkInterfaces).mockReturnValue(present)
    syncBuiltinESMExports()
    expect(await gateway.refresh()).toMatchObject({ how: 'swapped' })
    expect(await hostsAt(http!.port)).not.toContain('10.99.0.1')
    expect(await gateway.refresh()).toMatchObject({ how: 'unchanged' })
  })

  it('answers to the names of its flags besides those of the policy, and its certificate has them', async () => {
    const { start, stateDir, compiled } = await rig()
    compiled(ok('one', { listen: { https: null, http: null, names: ['policy.example'] } }))
    const listen = { https: '127.0.0.1:0', http: '127.0.0.1:0', exposeHttp: false, names: ['Flag.Example'] }
    const { status } = await start({ listen })
    const { http } = await readRun(stateDir)
    const both = expect.arrayContaining(['flag.example', 'policy.example']) as string[]
    expect(await hostsAt(http!.port)).toEqual(both)
    expect(status().certificate.names).toEqual(both)
  })

  it('keeps a listener off that the policy turns off', async () => {
    const { start, stateDir, compiled } = await rig()
    compiled(ok('one', { listen: { https: null, http: '127.0.0.1:0', names: [] } }))
    await start({ listen: { https: null, http: null, exposeHttp: false, names: [] } })
    expect((await readRun(stateDir)).https).toBeNull()
  })

  it('refuses a second gateway on the same state folder', async () => {
    const { start, stateDir } = await rig()
    await start()
    await expect(start()).rejects.toThrow(`(pid ${process.pid})`)
    expect(await fetchStatus(stateDir)).toMatchObject({ kind: 'running' })
  })

  it('takes over from an edge whose control process was killed', async () => {
    const { start, stateDir, log } = await rig()
    const lost = await start()
    const run = await readRun(stateDir)
    // As a kill -9 leaves it: no clean-up, no lock owner, the edge alive.
    for (const lock of await locksIn(stateDir)) await rm(join(stateDir, lock))
    let servedMeanwhile = false
    const compile = (): Promise<CompileOutcome> => {
      servedMeanwhile = isAlive(run.edgePid)
      return Promise.resolve(ok('one'))
    }
    const next = await start({ admin: '127.0.0.1:0', compile })
    expect(servedMeanwhile).toBe(true)
    expect(log.join('\n')).toContain(`took over from an edge (pid ${run.edgePid})`)
    expect(isAlive(run.edgePid)).toBe(false)
    expect(next.gateway.supervisor.status.pid).not.toBe(run.edgePid)
    await lost.stop()
  })

  it.each([
    {
      case: 'plain HTTP beyond loopback',
      changes: { listen: { https: 'off', http: '0.0.0.0:0', exposeHttp: false, names: [] } },
      says: /unencrypted[^]*--expose-http/,
    },
    {
      case: 'no listener',
      changes: { listen: { https: 'off', http: 'off', exposeHttp: false, names: [] } },
      says: /needs one/,
    },
    {
      case: 'an admin API for everybody',
      changes: { admin: '0.0.0.0:0' },
      says: /--admin 0\.0\.0\.0:0.*loopback only/,
    },
    {
      case: 'an admin token that can be guessed',
      changes: { environment: () => Promise.resolve({ AICC_ADMIN_TOKEN: 'fifteen-letters' }) },
      says: /AICC_ADMIN_TOKEN has 15 characters: fewer than 16 can be guessed[^]*leave it out/,
    },
    {
      case: 'an admin token that no header carries',
      changes: { environment: () => Promise.resolve({ AICC_ADMIN_TOKEN: 'a token with spaces in it' }) },
      says: /AICC_ADMIN_TOKEN holds spaces/,
    },
    { case: 'a malformed address', changes: { admin: '8444' }, says: /is no address to listen on/ },
  ])('refuses $case and leaves nothing running', async ({ changes, says }) => {
    const { start, stateDir } = await rig()
    await expect(start(changes)).rejects.toThrow(says)
    expect(await locksIn(stateDir)).toEqual([])
    await (await start()).stop()
  })

  it('serves plain HTTP beyond loopback when told to', async () => {
    const { start, stateDir } = await rig()
    await start({ listen: { https: 'off', http: '0.0.0.0:0', exposeHttp: true, names: [] } })
    expect((await readRun(stateDir)).http).toMatchObject({ address: '0.0.0.0' })
  })

  it.each(['--http', '--admin'])('names who holds the port of %s', async (flag) => {
    const { start } = await rig()
    const server = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const taken = `127.0.0.1:${(server.address() as net.AddressInfo).port}`
    const changes =
      flag === '--admin'
        ? { admin: taken }
        : { listen: { https: 'off', http: taken, exposeHttp: false, names: [] } }
    await expect(start(changes)).rejects.toThrow(new RegExp(`taken by pid ${process.pid} .*${flag}`))
  })

  it('does not start on a policy that does not compile', async () => {
    const { start, compiled } = await rig()
    compiled(BROKEN)
    await expect(start()).rejects.toMatchObject({
      name: 'PolicyRefused',
      message: 'error[x]: frame\nno table was accepted before',
    })
  })
})

describe('admin client', () => {
  it('finds no gateway in an empty, a missing and a left-behind state folder', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'aicc-none-'))
    onTestFinished(() => rm(dir, { recursive: true }))
    expect(await requestReload(dir)).toEqual({ kind: 'not-running' })
    expect(await requestReload(join(dir, 'absent'))).toEqual({ kind: 'not-running' })
    const admin = { address: '127.0.0.1', port: await closedPort() }
    // The pid lives, as somebody else: nobody listens at the address.
    await writeFile(join(dir, 'run.json'), JSON.stringify({ pid: process.pid, admin }))
    expect(await fetchStatus(dir)).toEqual({ kind: 'not-running' })
  })

  it('tells a gateway that refuses from one that cannot be asked', async () => {
    const { start, stateDir, compiled } = await rig()
    await start()
    compiled({ ok: false, diagnostics: [], rendered: 'error[x]: frame' })
    expect(await requestReload(stateDir)).toEqual({ kind: 'refused', message: 'error[x]: frame' })
    const stranger = { AICC_ADMIN_TOKEN: 'not-the-token-of-this-gateway' }
    const failed = { kind: 'failed', message: 'the admin token is wrong' }
    expect(await requestReload(stateDir, stranger)).toEqual(failed)
    expect(await fetchStatus(stateDir, stranger)).toEqual(failed)
  })
})
