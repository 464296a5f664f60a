import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keepAcceptedTable, readAcceptedTable } from '../../../src/control/accepted-table.ts'
import { requestReload } from '../../../src/control/admin-client.ts'
import { openStateFolder } from '../../../src/control/state-folder.ts'
import { makeClient } from '../make-snapshot.ts'
import { BROKEN, digestAt, digested, readRun, rig } from './control-rig.ts'
import { snapshotOf } from './mini-edge.ts'

describe('the last accepted table', () => {
  it('serves the last accepted table while the policy does not compile, and says so until it does', async () => {
    const { start, stateDir, compiled, environment, log } = await rig()
    const clients = { home: makeClient({ keys: [{ env: 'KEY', deprecatedAt: null, expiresAt: null }] }) }
    const good = digested({ clients })
    environment['KEY'] = 'sk-aicc-abcdefgh-0123456789'
    compiled({ ok: true, table: good })
    await (await start()).stop()
    const kept = join(stateDir, 'accepted.json')
    expect((await stat(kept)).mode & 0o777).toBe(0o600)
    expect(await readFile(kept, 'utf8')).not.toContain('0123456789')

    compiled(BROKEN)
    const { status } = await start()
    expect(await digestAt((await readRun(stateDir)).http!.port)).toBe(good.digest)
    const { acceptedAt } = JSON.parse(await readFile(kept, 'utf8')) as { acceptedAt: string }
    expect(status().restoredFrom).toBe(acceptedAt)
    expect(log.at(-1)).toContain('error[x]: frame')
    expect(log.at(-1)).toContain(`last accepted table (${good.digest.slice(0, 12)} of ${acceptedAt})`)
    expect(await requestReload(stateDir)).toMatchObject({ kind: 'refused' })
    expect(status().restoredFrom).toBe(acceptedAt)

    compiled({ ok: true, table: good })
    expect(await requestReload(stateDir)).toMatchObject({ kind: 'reloaded', how: 'unchanged' })
    expect(status().restoredFrom).toBeNull()
  })

  it.each([
    {
      case: 'of another version',
      change: { table: digested({ version: 0 as never }) },
      says: /accepted\.json is ignored: it has version 0, this aicc wants/,
    },
    {
      case: 'that was tampered with',
      change: { table: snapshotOf('d'.repeat(64)).table },
      says: /digest is not that of/,
    },
    { case: 'of other policies', change: { policies: '/elsewhere' }, says: /was compiled from \/elsewhere/ },
    { case: 'that is no table', change: { table: null }, says: /it is no route table/ },
  ])('is not one $case', async ({ change, says }) => {
    const state = await openStateFolder(await mkdtemp(join(tmpdir(), 'aicc-accepted-')))
    onTestFinished(() => rm(state.dir, { recursive: true }))
    const accepted = { table: digested(), policies: '/policies', acceptedAt: '2026-11-21T00:00:00.000Z' }
    await keepAcceptedTable(state, accepted)
    expect(await readAcceptedTable(state, '/policies')).toEqual({ ok: true, accepted })
    await writeFile(state.acceptedTable, JSON.stringify({ ...accepted, ...change }))
    const why = expect.stringMatching(says) as string
    expect(await readAcceptedTable(state, '/policies')).toEqual({ ok: false, why })
  })

  it('names both faults when the last accepted table cannot serve either', async () => {
    const { start, compiled, environment } = await rig()
    const clients = { home: makeClient({ keys: [{ env: 'KEY', deprecatedAt: null, expiresAt: null }] }) }
    environment['KEY'] = 'sk-aicc-abcdefgh-0123456789'
    compiled({ ok: true, table: digested({ clients }) })
    await (await start()).stop()
    delete environment['KEY']
    compiled(BROKEN)
    await expect(start()).rejects.toThrow(
      /error\[x\]: frame\n.* cannot serve either: environment variable KEY/,
    )
  })
})
