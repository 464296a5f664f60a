/** A disk that is full, and one that takes 20 ms for each sync: neither is felt by a request. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openUsageStore } from '../../src/control/usage-store.ts'
import { packRecords } from '../../src/table/packed-records.ts'
import { makeRecord } from '../src/make-record.ts'
import { buildCountingEdge } from './harness/build-counting-edge.ts'
import { startCallers, startNode } from './harness/gateway-node.ts'
import { freePort } from './harness/redis-server.ts'

const run = promisify(execFile)

async function works(command: string, ...args: string[]): Promise<boolean> {
  try {
    await run(command, args)
    return true
  } catch {
    return false
  }
}

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'aicc-disk-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

/** A file system of that size. */
async function mountSmall(size: string): Promise<string> {
  const dir = await newFolder()
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir])
  onTestFinished(async () => void (await run('umount', [dir])))
  return dir
}

const probe = await mkdtemp(join(tmpdir(), 'aicc-disk-'))
const mayMount = await works('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe)
if (mayMount) await run('umount', [probe])
await rm(probe, { recursive: true, force: true })
if (!mayMount) console.log('the full disk is skipped: no file system may be mounted here')

const SLOW = ['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync']
const DELAY = ['-e', 'inject=fsync,fdatasync:delay_exit=20000']
const mayTrace = await works(
  'strace',
  '-f',
  '--seccomp-bpf',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  'trace=fsync',
  'true',
)
if (!mayTrace) console.log('the slow disk is skipped: no strace here, or it may not trace')

it.skipIf(!mayMount)('says that the disk is full, and keeps all again when there is room', async () => {
  const dir = await mountSmall('256k')
  const log: string[] = []
  const store = openUsageStore({
    thread: new URL('../../src/runtime/usage-thread.ts', import.meta.url),
    path: join(dir, 'usage.db'),
    log: (_level, line) => log.push(line),
  })
  onTestFinished(store.close)
  let kept = 0
  const batch = (): ReturnType<typeof makeRecord>[] =>
    Array.from({ length: 50 }, (_, i) => makeRecord({ id: `${kept + i}` }))
  const fill = async (): Promise<string> => {
    for (;;) {
      try {
        await store.keep(packRecords(batch()))
      } catch (error) {
        return (error as Error).message
      }
      kept += 50
    }
  }
  expect(await fill()).toContain('disk is full')
  expect(kept).toBeGreaterThan(0)
  await run('mount', ['-o', 'remount,size=16m', dir])
  // The very batch that found no room, as an edge sends it again.
  await store.keep(packRecords(batch()))
  const [row] = await store.usage({ by: 'client', since: 0, until: 9e15, client: null, timeZone: 'UTC' })
  expect(row?.requests).toBe(kept + 50)
  expect(log).toEqual([])
})

describe.skipIf(!mayTrace)('a disk that takes 20 ms for each sync', () => {
  it.each(['workerd', 'node'] as const)('holds up no request on %s, and loses no record', async (runtime) => {
    const bundles = await buildCountingEdge(await newFolder())
    const figures: string[] = []
    for (const [name, around] of [
      ['fast', []],
      ['slow', [...SLOW, ...DELAY]],
    ] as const) {
      const stateDir = join(await newFolder(), 'state')
      const address = `127.0.0.1:${await freePort()}`
      const options = { runtime, bundles, stateDir, http: address, state: null, environment: {} }
      const node = await startNode(options, around)
      await startCallers(address, 1).stop()
      const callers = startCallers(address, 2)
      await sleep(2000)
      await callers.stop()
      await node.stop()
      const database = new DatabaseSync(join(stateDir, 'usage.db'), { readOnly: true })
      const ids = new Set(
        database
          .prepare('SELECT id FROM records')
          .all()
          .map((row) => String(row['id'])),
      )
      database.close()
      expect([...callers.answered].filter((id) => !ids.has(id))).toEqual([])
      expect(callers.failures()).toBe(0)
      const sorted = callers.took.toSorted((a, b) => a - b)
      const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(2)
      figures.push(`${name} disk: ${sorted.length} calls, median ${at(0.5)} ms, p99 ${at(0.99)} ms`)
    }
    console.log(`${runtime}: ${figures.join('; ')}`)
  })
})
