import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openControlSocket, type ControlSocketRoutes } from '../../../src/control/control-socket.ts'
import { unixRequest } from '../../../src/control/unix-request.ts'
import type { RecordBatch } from '../../../src/table/record-batch.ts'
import { makeSnapshot } from '../make-snapshot.ts'

type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: string) => Promise<[number, string]>

async function rig(routes: Partial<ControlSocketRoutes> = {}): Promise<Ask> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-sock-'))
  const socketPath = join(dir, 'control.sock')
  const socket = await openControlSocket(socketPath, {
    snapshot: () => null,
    keepRecords: () => Promise.resolve(),
    ...routes,
  })
  onTestFinished(async () => {
    await socket.close()
    await rm(dir, { recursive: true, force: true })
  })
  return async (method, path, body) => {
    const request = { socketPath, method, path, timeoutMs: 5000 }
    const answer = await unixRequest(body === undefined ? request : { ...request, body })
    return [answer.status, answer.body]
  }
}

const batch: RecordBatch = { edge: 'e 1', dropped: 3, packed: 'as it came: é' }
const RECORDS = '/records?edge=e%201&dropped=3'

describe('openControlSocket', () => {
  it('has backends woken, and says what came of it', async () => {
    const asked: string[] = []
    const ask = await rig({ wake: (backend) => Promise.resolve(asked.push(backend) === 1) })
    expect(await ask('POST', '/wake', '{"backend":"gpu"}')).toEqual([200, '{"awake":true}'])
    expect(await ask('POST', '/wake', '{"backend":"big"}')).toEqual([200, '{"awake":false}'])
    expect(await ask('POST', '/wake', '{')).toEqual([400, ''])
    expect(asked).toEqual(['gpu', 'big'])
    expect(await (await rig())('POST', '/wake', '{"backend":"gpu"}')).toEqual([200, '{"awake":false}'])
  })

  it('hands out the snapshot with what was counted, or says that there is none yet', async () => {
    const handed = { ...makeSnapshot(), ledger: { rates: {}, budgets: {} } }
    const ask = await rig({ snapshot: () => handed })
    expect(await ask('GET', '/snapshot')).toEqual([200, JSON.stringify(handed)])
    const empty = await rig()
    expect(await empty('GET', '/snapshot')).toEqual([503, ''])
  })

  it('says that records are kept when they are, and not before', async () => {
    const kept: RecordBatch[] = []
    const gate = Promise.withResolvers<void>()
    const ask = await rig({
      keepRecords: async (sent) => {
        await gate.promise
        kept.push(sent)
      },
    })
    let answered = false
    const asked = ask('POST', RECORDS, batch.packed).finally(() => {
      answered = true
    })
    await ask('GET', '/snapshot')
    expect(answered).toBe(false)
    gate.resolve()
    expect(await asked).toEqual([204, ''])
    expect(kept).toEqual([batch])
  })

  it.each([
    {
      name: 'records that cannot be kept just now',
      path: RECORDS,
      body: batch.packed,
      full: true,
      status: 503,
    },
    { name: 'records of nobody', path: '/records?dropped=3', body: batch.packed, full: false, status: 400 },
    {
      name: 'more than an edge ever sends',
      path: RECORDS,
      body: 'x'.repeat(17 * 1024 ** 2),
      full: false,
      status: 400,
    },
  ])('refuses $name', async ({ path, body, full, status }) => {
    const ask = await rig({
      keepRecords: () => (full ? Promise.reject(new Error('full')) : Promise.resolve()),
    })
    expect((await ask('POST', path, body))[0]).toBe(status)
  })

  it.each([
    ['PUT', '/snapshot'],
    ['GET', '/records'],
    ['GET', '/'],
  ] as const)('has no %s %s', async (method, path) => {
    expect((await (await rig())(method, path))[0]).toBe(404)
  })
})
