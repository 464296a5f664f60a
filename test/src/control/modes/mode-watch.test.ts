import { describe, expect, it, vi } from 'vitest'
import type { ReloadResult } from '../../../../src/control/gateway.ts'
import { createModeWatch, type ModeWatch } from '../../../../src/control/modes/mode-watch.ts'
import type { ModeHost } from '../../../../src/table/mode-host.ts'
import type { RouteTable } from '../../../../src/table/route-table.ts'
import { makeTable, makeTarget } from '../../make-snapshot.ts'
import { modeHostAt, startModeHost, type FakeHost } from './mode-rig.ts'

interface Rig {
  watch: ModeWatch
  host: FakeHost
  /** Modes that are on. */
  on: Set<string>
  /** What was brought into force, in order. */
  brought: string[]
  log: string[]
  table: RouteTable
  /** Lets so much time pass, second by second, and waits for the answers. */
  pass: (seconds: number) => Promise<void>
  setClockBack: (seconds: number) => void
}

async function start(fields: Partial<ModeHost> = {}): Promise<Rig> {
  const host = await startModeHost()
  const on = new Set<string>()
  const brought: string[] = []
  const log: string[] = []
  let now = 1_000_000
  const table = makeTable({
    modes: {
      gaming: { whenOn: 'force-only', host: modeHostAt(host.origin, fields) },
      travel: { whenOn: 'nothing', host: null },
    },
    targets: { 'gpu/coder': makeTarget({ mode: 'gaming' }) },
  })
  const watch = createModeWatch({
    inForce: () => ({ table, environment: { PC_KEY: 'secret' } }),
    isOn: (name) => on.has(name),
    bring: (name, wanted): Promise<ReloadResult> => {
      brought.push(`${name} ${wanted ? 'on' : 'off'}`)
      if (wanted) on.add(name)
      else on.delete(name)
      return Promise.resolve({ kind: 'reloaded', digest: table.digest, how: 'swapped' })
    },
    log: (level, line) => void log.push(`${level}: ${line}`),
    now: () => now,
    wait: (ms) => Promise.resolve(void (now += ms)),
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i += 1) {
      now += 1000
      await watch.tick()
    }
  }
  const setClockBack = (seconds: number): void => void (now -= seconds * 1000)
  return { watch, host, on, brought, log, table, pass, setClockBack }
}

const STATUS = 'GET /status -'

describe('a mode that a host tells', () => {
  it('follows what the host says, asked at its interval', async () => {
    const { watch, host, brought, log, pass } = await start()
    await watch.tick()
    expect([host.calls, brought]).toEqual([[STATUS], []])
    host.on = true
    await pass(9)
    expect(brought).toEqual([])
    await pass(1)
    expect([host.calls, brought]).toEqual([[STATUS, STATUS], ['gaming on']])
    host.on = false
    await pass(10)
    expect(brought).toEqual(['gaming on', 'gaming off'])
    expect(log).toEqual([
      'info: mode `gaming` is on: its host says so',
      'info: mode `gaming` is off: its host says so',
    ])
  })

  it('follows it though the clock was set back', async () => {
    const { host, brought, pass, setClockBack } = await start()
    await pass(1)
    host.on = true
    setClockBack(7200)
    await pass(1)
    expect(brought).toEqual(['gaming on'])
  })

  it('sends its key, and frees the host of work once when it goes on', async () => {
    const { host, brought, pass } = await start({ key: { env: 'PC_KEY' } })
    host.on = true
    await pass(1)
    expect([host.calls, brought]).toEqual([['GET /status Bearer secret'], ['gaming on']])
    const other = await start({ stopAll: `${host.origin}/stop-all` })
    other.host.on = true
    host.calls.length = 0
    await other.pass(21)
    expect(host.calls).toEqual(['POST /stop-all -'])
  })

  it.each([
    ['backend', {}, 0],
    ['rule', { r: [{ id: 'x', when: { kind: 'not', of: { kind: 'mode', name: 'gaming' } } }] }, 1],
  ])('is asked about only where something depends on it: %s', async (_, rulesets, calls) => {
    const { watch, host, table, pass } = await start()
    table.targets = { 'gpu/coder': makeTarget({ mode: null }) }
    table.rulesets = rulesets as unknown as RouteTable['rulesets']
    await pass(1)
    expect(host.calls).toHaveLength(calls)
    expect(watch.reports()['gaming']?.isAsked).toBe(calls > 0)
  })

  const unknown: [ModeHost['unknown'], before: boolean, after: boolean, brought: string[]][] = [
    ['keep', true, true, []],
    ['keep', false, false, []],
    ['on', false, true, ['gaming on']],
    ['on', true, true, []],
    ['off', true, false, ['gaming off']],
  ]
  it.each(unknown)('stays as `unknown: %s` says when its host is silent; was on: %s', async (...row) => {
    const [policy, before, after, expected] = row
    const { watch, host, on, brought, log, pass } = await start({ unknown: policy })
    host.on = before
    await watch.tick()
    brought.length = 0
    log.length = 0
    host.status = 500
    await pass(10)
    // One lost answer is no news.
    expect([brought, log]).toEqual([[], []])
    await pass(1)
    expect([on.has('gaming'), brought]).toEqual([after, expected])
    expect(log[0]).toMatch(
      /its host does not tell whether it is on \(it answered 500\); it (stays|is) (on|off)/,
    )
    expect(watch.reports()['gaming']).toMatchObject({ unknownSince: 1_010_000, detail: 'it answered 500' })
    const lines = log.length
    await pass(30)
    expect(log).toHaveLength(lines)
    host.status = 200
    await pass(10)
    expect(watch.reports()['gaming']).toMatchObject({ unknownSince: null, detail: null })
    expect(on.has('gaming')).toBe(before)
  })

  it.each([
    ['an answer that does not say', 200, '{"status":"ok"}'],
    ['an answer without end', 200, 'x'.repeat(70_000)],
    ['a redirect', 302, '{"on":true}'],
  ])('is not known by %s', async (_, status, body) => {
    const { watch, host, on, pass } = await start()
    Object.assign(host, { status, body })
    await pass(2)
    expect(on.has('gaming')).toBe(false)
    expect(watch.reports()['gaming']?.unknownSince).toBe(1_001_000)
    expect(host.calls.every((call) => call === STATUS)).toBe(true)
  })

  it('is switched at its host, which is told only what would change it', async () => {
    const { watch, host, brought } = await start()
    expect(await watch.switch('gaming', true)).toMatchObject({ kind: 'reloaded', how: 'swapped' })
    expect(host.calls).toEqual([STATUS, 'POST /toggle - {"on":true}', STATUS])
    expect([host.on, brought]).toEqual([true, ['gaming on']])
    host.calls.length = 0
    expect(await watch.switch('gaming', true)).toMatchObject({ kind: 'reloaded', how: 'unchanged' })
    expect([host.calls, brought]).toEqual([[STATUS], ['gaming on']])
    expect(await watch.switch('gaming', false)).toMatchObject({ kind: 'reloaded' })
    expect(brought).toEqual(['gaming on', 'gaming off'])
  })

  const refusals: [what: string, fields: Partial<ModeHost>, host: Partial<FakeHost>, why: RegExp][] = [
    ['has no switch', { toggle: null }, {}, /is switched at its host: the policy names no `toggle`/],
    ['takes it and does nothing', {}, { obeys: false }, /took the switch and did not change/],
    ['does not answer', {}, { status: 503 }, /does not tell how it stands: it answered 503/],
  ]
  it.each(refusals)('is not switched when its host %s', async (_, fields, state, why) => {
    const { watch, host, brought } = await start(fields)
    Object.assign(host, state)
    expect(await watch.switch('gaming', true)).toMatchObject({
      kind: 'failed',
      rendered: expect.stringMatching(why) as string,
    })
    expect(brought).toEqual([])
  })

  it('is not switched when its host is off, and says that', async () => {
    const { watch, host, brought } = await start()
    host.close()
    const answer = await watch.switch('gaming', true)
    expect(answer).toMatchObject({
      kind: 'failed',
      rendered: expect.stringContaining('ECONNREFUSED') as string,
    })
    expect(brought).toEqual([])
  })

  it('does not take an answer for news that began before a switch', async () => {
    const { watch, host, on, brought } = await start()
    let release: (value?: unknown) => void = () => {}
    host.hold = new Promise((resolve) => (release = resolve))
    const late = watch.tick()
    await vi.waitFor(() => expect(host.calls).toHaveLength(1))
    host.hold = Promise.resolve()
    await watch.switch('gaming', true)
    release()
    await late
    expect([on.has('gaming'), host.on, brought]).toEqual([true, true, ['gaming on']])
  })

  it('leaves modes that people switch to them', async () => {
    const { watch, host, brought } = await start()
    await watch.switch('travel', true)
    expect([host.calls, brought]).toEqual([[], ['travel on']])
    expect(Object.keys(watch.reports())).toEqual(['gaming'])
  })

  it('is another one when it is declared anew', async () => {
    const { watch, host, table, pass } = await start()
    await watch.tick()
    table.modes['gaming'] = { whenOn: 'force-only', host: modeHostAt(host.origin, { intervalMs: 1000 }) }
    await pass(1)
    expect(host.calls).toHaveLength(2)
    delete table.modes['gaming']
    await pass(20)
    expect([host.calls.length, watch.reports()]).toEqual([2, {}])
  })
})
