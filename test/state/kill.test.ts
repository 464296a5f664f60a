/**
 * `kill -9` under load, of the edge and of the control process in turn. Afterwards the database is sound, each request
 * was counted once, and what is missing was answered just before an edge was killed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Runtime } from '../../src/control/run-file.ts'
import { buildCountingEdge } from './harness/build-counting-edge.ts'
import { LIMIT, RESERVED, USED } from './harness/counting.ts'
import { call, startCallers, startNode } from './harness/gateway-node.ts'
import { freePort } from './harness/redis-server.ts'

const ROUNDS = Number(process.env['AICC_KILL_ROUNDS'] ?? 10)
const CALLERS = 8
/** Between the calls of each: some 800 calls a second, so that the control process keeps up on a busy machine too. */
const PAUSE_MS = 10
/** Two full batches, many times what callers ask for within the linger. How long it is: test/telemetry/kill.test.ts. */
const LOST_PER_KILL = 512

let bundles: Record<Runtime, string>
let bundleDir: string

beforeAll(async () => {
  bundleDir = await mkdtemp(join(tmpdir(), 'aicc-kill-'))
  bundles = await buildCountingEdge(bundleDir)
})
afterAll(() => rm(bundleDir, { recursive: true, force: true }))

interface Kept {
  ids: Set<string>
  cost: number
  used: number
  integrity: string
}

function readDatabase(path: string): Kept {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database.prepare('SELECT id, cost FROM records').all() as { id: string; cost: number }[]
  const used = database.prepare('SELECT total(used) AS used FROM budgets').get()?.['used']
  const integrity = database.prepare('PRAGMA integrity_check').get()?.['integrity_check']
  database.close()
  return {
    ids: new Set(rows.map(({ id }) => id)),
    cost: rows.reduce((sum, { cost }) => sum + cost, 0),
    used: Number(used),
    integrity: String(integrity),
  }
}

function isKept(path: string, id: string): boolean {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('SELECT 1 FROM records WHERE id = ?').get(id)
  database.close()
  return row !== undefined
}

describe.each(['workerd', 'node'] as const)('%s', (runtime) => {
  it(
    `loses at most the linger's records in ${ROUNDS} rounds, and counts nothing twice`,
    async () => {
      const dir = await mkdtemp(join(tmpdir(), 'aicc-kill-'))
      onTestFinished(() => rm(dir, { recursive: true, force: true }))
      const address = `127.0.0.1:${await freePort()}`
      const stateDir = join(dir, 'state')
      const options = { runtime, bundles, stateDir, http: address, state: null, environment: {} }
      const database = join(stateDir, 'usage.db')
      let node = await startNode(options)
      const callers = startCallers(address, CALLERS, PAUSE_MS)
      for (let round = 0; round < ROUNDS; round += 1) {
        await sleep(200 + Math.random() * 300)
        if (round % 2 === 0) process.kill(await node.edgePid(), 'SIGKILL')
        else {
          await node.killControl()
          await sleep(100)
          node = await startNode(options)
          // What the edge held for it meanwhile would go with an edge that is killed just now.
          const before = callers.answered.size
          await expect.poll(() => callers.answered.size).toBeGreaterThan(before)
          const last = [...callers.answered].at(-1)!
          await expect.poll(() => isKept(database, last), { interval: 100 }).toBe(true)
        }
      }
      await sleep(500)
      await callers.stop()
      await node.stop()

      const kept = readDatabase(database)
      const lost = [...callers.answered].filter((id) => !kept.ids.has(id))
      const edgeKills = Math.ceil(ROUNDS / 2)
      console.log(
        `${runtime}: ${callers.answered.size} answered, ${kept.ids.size} kept, ${lost.length} lost by ` +
          `${edgeKills} kills of the edge, ${callers.failures()} calls broke`,
      )
      expect(kept.integrity).toBe('ok')
      expect(kept.ids.size).toBeGreaterThan(0)
      expect([kept.cost, kept.used]).toEqual([kept.ids.size * USED, kept.ids.size * USED])
      expect(lost.length).toBeLessThanOrEqual(edgeKills * LOST_PER_KILL)

      // The next one admits by what the database says.
      node = await startNode(options)
      const agent = new http.Agent()
      const { left } = await call(address, { agent })
      await node.stop()
      expect(LIMIT - left).toBe(kept.used + RESERVED)
    },
    60_000 + ROUNDS * 30_000,
  )
})

it.each(['workerd', 'node'] as const)(
  'loses nothing when only the control process is killed, on %s',
  async (runtime) => {
    const dir = await mkdtemp(join(tmpdir(), 'aicc-kill-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const address = `127.0.0.1:${await freePort()}`
    const stateDir = join(dir, 'state')
    const options = {
      runtime,
      bundles,
      stateDir,
      http: address,
      state: null,
      environment: {},
    }
    let node = await startNode(options)
    for (let round = 0; round < 3; round += 1) {
      const callers = startCallers(address, CALLERS, PAUSE_MS)
      await sleep(200)
      await node.killControl()
      // The edge serves on, and holds back what it cannot deliver.
      const before = callers.answered.size
      await expect.poll(() => callers.answered.size).toBeGreaterThan(before + 20)
      await callers.stop()
      node = await startNode(options)
      await node.stop()
      const { ids } = readDatabase(join(stateDir, 'usage.db'))
      expect([...callers.answered].filter((id) => !ids.has(id))).toEqual([])
      node = await startNode(options)
    }
    await node.stop()
  },
  120_000,
)
