import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openUsageStore, type UsageStore } from '../../../src/control/usage-store.ts'
import { packRecords } from '../../../src/table/packed-records.ts'
import { rejectionOf } from '../error-of.ts'
import { makeRecord, NOON } from '../make-record.ts'

const THREAD = new URL('../../../src/runtime/usage-thread.ts', import.meta.url)

async function rig(): Promise<{
  dir: string
  path: string
  log: string[]
  start: (at?: string) => UsageStore
}> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-store-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const path = join(dir, 'usage.db')
  const log: string[] = []
  const start = (at: string = path): UsageStore => {
    const store = openUsageStore({
      thread: THREAD,
      path: at,
      log: (level, line) => log.push(`${level}: ${line}`),
    })
    onTestFinished(store.close)
    return store
  }
  return { dir, path, log, start }
}

/** Damages every page but the first, so that the file still opens. */
async function garble(path: string): Promise<void> {
  const file = await open(path, 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
  await file.close()
}

describe('openUsageStore', () => {
  it('keeps records in a file that the next one finds again', async () => {
    const { start, log } = await rig()
    const first = start()
    expect(await first.keep(packRecords([makeRecord({ id: 'a' })]))).toEqual({ seq: 1, fresh: [] })
    await first.close()
    const second = start()
    expect(await second.state(NOON)).toMatchObject({ seq: 1 })
    expect(log).toEqual([])
  })

  it('finishes what it was given before it ends, and takes nothing after', async () => {
    const { start } = await rig()
    const store = start()
    const given = store.keep(packRecords([makeRecord({ id: 'a' })]))
    await store.close()
    expect(await given).toMatchObject({ seq: 1 })
    expect(await rejectionOf(store.state(NOON))).toEqual(new Error('the gateway is stopping'))
  })

  it('says why it cannot keep anything, and tries again with the next call', async () => {
    const { start, dir } = await rig()
    const store = start(join(dir, 'missing', 'usage.db'))
    expect(String(await rejectionOf(store.keep(packRecords([]))))).toContain('ENOENT')
    expect(String(await rejectionOf(store.keep(packRecords([]))))).toContain('ENOENT')
  })

  it('begins a new file when the one that is there turns out to be damaged, and says where the old one is', async () => {
    const { start, path, dir, log } = await rig()
    const first = start()
    await first.keep(packRecords(Array.from({ length: 200 }, (_, i) => makeRecord({ id: `a${i}` }))))
    await first.close()
    await garble(path)
    const second = start()
    expect(await second.keep(packRecords([makeRecord({ id: 'b' })]))).toMatchObject({ seq: 1 })
    expect(log).toEqual([
      expect.stringMatching(/usage\.db is damaged and was moved to .*usage\.db\.damaged-/),
    ])
    expect((await readdir(dir)).filter((name) => name.includes('damaged'))).not.toEqual([])
  })

  it('starts another thread when one has died', async () => {
    const { start, log, path } = await rig()
    const broken = openUsageStore({
      thread: new URL('data:text/javascript,setTimeout(()=>process.exit(3),50);setInterval(()=>{},1e6)'),
      path,
      log: (level, line) => log.push(`${level}: ${line}`),
    })
    expect(String(await rejectionOf(broken.state(NOON)))).toContain('the thread of the database ended')
    expect(String(await rejectionOf(broken.state(NOON)))).toContain('exit code 3')
    expect(log).toHaveLength(2)
    expect(await start().state(NOON)).toMatchObject({ seq: 0 })
  })
})
