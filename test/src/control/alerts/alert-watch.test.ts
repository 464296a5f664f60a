import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type AlertWatch, createAlertWatch } from '../../../../src/control/alerts/alert-watch.ts'
import type { AlertSources } from '../../../../src/control/alerts/read-samples.ts'
import type { AlertPolicy } from '../../../../src/table/alert-policy.ts'
import { makeAlert } from './make-alert.ts'

const START = Date.parse('2026-11-21T12:00:00Z')
const DOWN = makeAlert({
  measure: { kind: 'backend-down', backends: ['gpu', 'cpu'] },
  bound: 0,
  clearsAt: 0,
  forMs: 10_000,
  clearsAfterMs: 20_000,
})

let folder: string
let url: string
/** Texts that the receiver got. */
let got: string[]
/** What it answers. */
let status: number

beforeEach(async () => {
  const made = await mkdtemp(join(tmpdir(), 'aicc-alerts-'))
  folder = made
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  got = []
  status = 200
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (status === 200) got.push((JSON.parse(String(Buffer.concat(parts))) as { text: string }).text)
      response.writeHead(status, { 'retry-after': '0' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
})

interface Rig {
  watch: AlertWatch
  log: string[]
  /** Looks once, so many seconds after the start, with these backends down. */
  look: (seconds: number, ...down: string[]) => Promise<void>
  /** Who fires. */
  firing: () => string[]
  set: (policy: AlertPolicy | null) => void
  /** Puts another URL into the receiver's variable. */
  move: (url: string) => void
}

const POLICY: AlertPolicy = {
  receivers: { ops: { webhook: { env: 'OPS' }, username: null } },
  watch: { 'gpu-down': DOWN },
}

function rig(policy: AlertPolicy | null = POLICY): Rig {
  const log: string[] = []
  let seconds = 0
  let down: string[] = []
  let inForce = policy
  let webhook = url
  const sources: AlertSources = {
    windows: () => Promise.resolve([]),
    held: () => Promise.resolve(down),
    probes: () => ({}),
    budgets: () => Promise.reject(new Error('no edge')),
    oldestTraces: () => Promise.resolve([]),
  }
  const watch = createAlertWatch({
    inForce: () => inForce && { alerts: inForce, environment: { OPS: webhook } },
    sources,
    path: join(folder, 'alerts.json'),
    log: (level, line) => log.push(`${level}: ${line}`),
    now: () => START + seconds * 1000,
    random: () => 0,
    gapMs: 1,
    lingerMs: 1,
  })
  onTestFinished(() => watch.stop())
  return {
    watch,
    log,
    async look(at, ...names) {
      seconds = at
      down = names
      await watch.tick()
    },
    firing: () =>
      watch
        .report()
        .alerts.filter(({ state }) => state === 'firing')
        .map(({ about }) => about ?? ''),
    set: (changed) => (inForce = changed),
    move: (to) => (webhook = to),
  }
}

/** A line as the rig has it: a level, and an event in JSON. */
function eventIn(line: string): object {
  const [level = '', event = ''] = line.split(/: (.*)/s)
  return { level, ...(JSON.parse(event) as object) }
}

describe('createAlertWatch', () => {
  it('tells log and receivers what begins and ends, each backend by itself', async () => {
    const { look, firing, log, watch } = rig()
    await look(0, 'gpu')
    expect(watch.report().alerts.map(({ about, state }) => `${about} ${state}`)).toEqual([
      'gpu pending',
      'cpu quiet',
    ])
    await look(5, 'gpu', 'cpu')
    await look(10, 'gpu', 'cpu')
    expect(firing()).toEqual(['gpu'])
    await look(15, 'cpu')
    expect(firing()).toEqual(['gpu', 'cpu'])
    await vi.waitFor(() => expect(got.join('\n').split('\n')).toHaveLength(2))
    await look(35, 'cpu')
    await vi.waitFor(() => expect(got.join('\n').split('\n')).toHaveLength(3))
    const texts = [
      'FIRING `gpu-down`: backend `gpu` is down; since 12:00:00 UTC',
      'FIRING `gpu-down`: backend `cpu` is down; since 12:00:05 UTC',
      'OVER `gpu-down`: backend `gpu` is up; it lasted 15 s',
    ]
    expect(log.map(eventIn)).toEqual([
      { level: 'warn', event: 'alert-firing', alert: 'gpu-down', message: texts[0] },
      { level: 'warn', event: 'alert-firing', alert: 'gpu-down', message: texts[1] },
      { level: 'info', event: 'alert-over', alert: 'gpu-down', message: texts[2] },
    ])
    expect(watch.report()).toMatchObject({
      checkedAt: '2026-11-21T12:00:35.000Z',
      alerts: [
        { about: 'gpu', state: 'quiet', since: null, value: 0 },
        { about: 'cpu', state: 'firing', since: '2026-11-21T12:00:05.000Z', value: 1, to: ['ops'] },
      ],
      receivers: [{ name: 'ops', waiting: 0, problem: null }],
    })
  })

  it('is not told twice after a restart, and over if it is over by then', async () => {
    const first = rig()
    await first.look(0, 'gpu')
    await first.look(10, 'gpu')
    await vi.waitFor(() => expect(got).toHaveLength(1))
    await first.watch.stop()
    const second = rig()
    await second.look(100, 'gpu')
    await second.look(110, 'gpu')
    expect(second.firing()).toEqual(['gpu'])
    await second.watch.stop()
    expect(second.log).toEqual([])
    const third = rig()
    await third.look(200)
    expect(third.firing()).toEqual(['gpu'])
    await third.look(220)
    expect(third.firing()).toEqual([])
    await vi.waitFor(() => expect(got).toHaveLength(2))
    expect(got[1]).toBe('OVER `gpu-down`: backend `gpu` is up; it lasted 3 min')
    await third.watch.stop()
    expect(JSON.parse(await readFile(join(folder, 'alerts.json'), 'utf8'))).toEqual({
      firing: [],
      waiting: { ops: [] },
    })
  })

  it('tells after a restart what could not be told before', async () => {
    status = 503
    const first = rig()
    await first.look(0, 'gpu')
    await first.look(10, 'gpu')
    await vi.waitFor(() => expect(first.watch.report().receivers[0]?.problem).toBe('it answered 503'))
    await first.watch.stop()
    expect(got).toEqual([])
    status = 200
    const second = rig()
    await second.look(20, 'gpu')
    await vi.waitFor(() =>
      expect(got).toEqual(['FIRING `gpu-down`: backend `gpu` is down; since 12:00:00 UTC']),
    )
  })

  it('comes back to a receiver whose address was mended', async () => {
    status = 404
    const { look, watch, move } = rig()
    await look(0, 'gpu')
    await look(10, 'gpu')
    await vi.waitFor(() => expect(watch.report().receivers[0]?.problem).toBe('it answered 404'))
    status = 200
    await look(15, 'gpu')
    expect(got).toEqual([])
    move(`${url}elsewhere`)
    await look(20, 'gpu')
    await vi.waitFor(() => expect(got).toHaveLength(1))
  })

  it('does not count the time in which nobody looked', async () => {
    const { look, firing } = rig()
    await look(0, 'gpu')
    await look(3600, 'gpu')
    expect(firing()).toEqual([])
    await look(3610, 'gpu')
    expect(firing()).toEqual(['gpu'])
    await look(3620)
    await look(7200)
    expect(firing()).toEqual(['gpu'])
  })

  it('ends what the policy does not watch any more', async () => {
    const { look, set, log, watch } = rig()
    await look(0, 'gpu')
    await look(10, 'gpu')
    set(null)
    await look(15, 'gpu')
    expect(eventIn(log.at(-1) ?? '')).toEqual({
      level: 'info',
      event: 'alert-over',
      alert: 'gpu-down',
      message: 'the policy does not watch it any more',
    })
    expect(watch.report()).toMatchObject({ alerts: [], receivers: [] })
  })

  it('keeps firing what a source has stopped to tell, for a while', async () => {
    const money = makeAlert({ measure: { kind: 'budget', clients: ['crew'] }, bound: 90, clearsAfterMs: 0 })
    await writeFile(
      join(folder, 'alerts.json'),
      JSON.stringify({
        firing: [{ name: 'money', about: 'crew/day', since: START, toldAt: START }],
        waiting: {},
      }),
    )
    const { look, firing } = rig({ ...POLICY, watch: { money } })
    await look(5)
    expect(firing()).toEqual(['crew/day'])
    await look(60)
    expect(firing()).toEqual(['crew/day'])
    await look(65)
    expect(firing()).toEqual([])
  })

  it.each(['{"firing":[', '{"firing":[{"name":1}],"waiting":{}}', '[]'])(
    'goes on with a damaged file: %s',
    async (text) => {
      await writeFile(join(folder, 'alerts.json'), text)
      const { look, log, firing } = rig()
      await look(0, 'gpu')
      await look(10, 'gpu')
      expect(firing()).toEqual(['gpu'])
      expect(log[0]).toContain('alerts may be told twice')
    },
  )

  it('names an alert before it was looked at', async () => {
    const { watch } = rig()
    expect(watch.report().alerts).toEqual([
      {
        name: 'gpu-down',
        about: null,
        state: 'quiet',
        since: null,
        value: null,
        text: 'nothing was seen of it yet',
        to: ['ops'],
      },
    ])
  })

  it('sends a test to who would be told', async () => {
    const { look, watch } = rig()
    await look(0)
    expect(await watch.test('gpu-down')).toEqual([{ receiver: 'ops', problem: null }])
    expect(got).toEqual(['TEST `gpu-down`: this is what its receivers would hear through; nothing is wrong'])
    status = 404
    expect(await watch.test('gpu-down')).toEqual([{ receiver: 'ops', problem: 'it answered 404' }])
    expect(await watch.test('gpu')).toBeNull()
    expect(await watch.test('constructor')).toBeNull()
  })

  it('asks nobody and writes nothing without alerts', async () => {
    const { look, watch, log } = rig(null)
    await look(0, 'gpu')
    expect([watch.report(), log]).toEqual([{ checkedAt: null, alerts: [], receivers: [] }, []])
    await expect(readFile(join(folder, 'alerts.json'))).rejects.toThrow('ENOENT')
  })
})
