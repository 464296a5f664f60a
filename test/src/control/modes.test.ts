import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { fetchModes, fetchStatus, requestReload, switchMode } from '../../../src/control/admin-client.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { runAicc } from '../../compiler/commands/run-aicc.ts'
import { makeTarget } from '../make-snapshot.ts'
import { modeHostAt, startModeHost } from './modes/mode-rig.ts'
import { BROKEN, modesAt, ok, readRun, rig } from './control-rig.ts'

const MODES: Partial<RouteTable> = {
  modes: { gaming: { whenOn: 'force-only', host: null }, travel: { whenOn: 'nothing', host: null } },
  targets: { 'gpu/big': makeTarget({ backend: 'gpu', model: 'big', mode: 'gaming' }) },
}

const portOf = async (stateDir: string): Promise<number> => (await readRun(stateDir)).http!.port

describe('modes', () => {
  it('reach the edge without a compile, and outlive a restart', async () => {
    const { start, stateDir, compiled } = await rig()
    compiled(ok('one', MODES))
    const first = await start()
    expect(await modesAt(await portOf(stateDir))).toEqual([])
    // Whatever is written meanwhile has no part in it.
    compiled(BROKEN)
    const answer = await switchMode(stateDir, { name: 'gaming', on: true })
    expect(answer).toMatchObject({
      kind: 'modes',
      modes: [{ name: 'gaming', on: true, gates: ['gpu'], whenOn: 'force-only' }],
    })
    expect(await modesAt(await portOf(stateDir))).toEqual(['gaming'])
    expect((await stat(join(stateDir, 'modes.json'))).mode & 0o777).toBe(0o600)
    await first.stop()

    compiled(ok('two', MODES))
    await start()
    expect(await modesAt(await portOf(stateDir))).toEqual(['gaming'])
    expect(await fetchModes(stateDir)).toMatchObject({ modes: [{ name: 'gaming', on: true }, { on: false }] })
    expect(await fetchStatus(stateDir)).toMatchObject({
      status: { modes: [{ name: 'gaming', on: true }, {}] },
    })
    await switchMode(stateDir, { name: 'gaming', on: false })
    expect(await modesAt(await portOf(stateDir))).toEqual([])
    expect(JSON.parse(await readFile(join(stateDir, 'modes.json'), 'utf8'))).toEqual({ on: {} })
  })

  it('keep the time since when they are on, also when switched on again', async () => {
    const { start, stateDir, compiled } = await rig()
    compiled(ok('one', MODES))
    await start()
    const once = await switchMode(stateDir, { name: 'gaming', on: true })
    expect(await switchMode(stateDir, { name: 'gaming', on: true })).toEqual(once)
  })

  it('survive a reload while the policy has them, and are forgotten with a word when it has not', async () => {
    const { start, stateDir, compiled, log } = await rig()
    compiled(ok('one', MODES))
    await start()
    await switchMode(stateDir, { name: 'gaming', on: true })
    await switchMode(stateDir, { name: 'travel', on: true })
    compiled(ok('two', { modes: { travel: { whenOn: 'nothing', host: null } } }))
    await requestReload(stateDir)
    expect(await modesAt(await portOf(stateDir))).toEqual(['travel'])
    expect(log.join('\n')).toContain('mode `gaming` was on and is no mode of the policy any more')
    compiled(ok('three', MODES))
    await requestReload(stateDir)
    expect(await modesAt(await portOf(stateDir))).toEqual(['travel'])
  })

  it.each(['{"on":["gaming"]}', '{"on":', 'null', '{}', '{"on":{"gaming":true}}'])(
    'do not start from a damaged file: %s',
    async (text) => {
      const { start, stateDir } = await rig()
      await mkdir(stateDir)
      await writeFile(join(stateDir, 'modes.json'), text)
      await expect(start()).rejects.toThrow(/modes\.json is damaged; remove it/)
    },
  )

  it('are switched and shown by `aicc mode`', async () => {
    const { start, stateDir, compiled } = await rig()
    compiled(ok('one', MODES))
    await start()
    const mode = (...args: string[]): ReturnType<typeof runAicc> =>
      runAicc(['mode', ...args, '--state', stateDir], { cwd: stateDir })
    expect(await mode('gaming', 'on')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^gaming is on since \S+; it gates gpu\n$/) as string,
    })
    expect(await mode('travel')).toMatchObject({ code: 0, stdout: 'travel is off\n' })
    expect((await mode()).stdout).toMatch(
      /mode .*\ngaming +on .* gpu +force-only +people\ntravel +off +- +- +nothing +people\n/,
    )
    expect(JSON.parse((await mode('gaming', '--json')).stdout)).toMatchObject({ name: 'gaming', on: true })
    expect(await mode('gamin', 'off')).toMatchObject({
      code: 1,
      stderr: 'there is no mode `gamin`: not gamin, but gaming,travel\n',
    })
    expect(await mode('gaming', 'maybe')).toMatchObject({ code: 1 })
    expect(await modesAt(await portOf(stateDir))).toEqual(['gaming'])
  })

  it('that a host tells follow it, are switched there, and keep what it said last when it is gone', async () => {
    const host = await startModeHost()
    const told = {
      gaming: { whenOn: 'force-only', host: modeHostAt(host.origin, { intervalMs: 1000 }) },
    } as const
    const { start, stateDir, compiled, log } = await rig()
    compiled(ok('one', { ...MODES, modes: told }))
    const first = await start()
    const modes = async (): Promise<string[]> => modesAt(await portOf(stateDir))
    expect(await modes()).toEqual([])
    host.on = true
    await vi.waitFor(async () => expect(await modes()).toEqual(['gaming']), 5000)
    expect(await switchMode(stateDir, { name: 'gaming', on: false })).toMatchObject({
      modes: [{ on: false }],
    })
    expect([host.on, await modes()]).toEqual([false, []])
    await switchMode(stateDir, { name: 'gaming', on: true })
    await first.stop()

    host.close()
    await start()
    expect(await modes()).toEqual(['gaming'])
    await vi.waitFor(() => expect(log.join()).toContain('its host does not tell whether it is on'), 5000)
    expect(await modes()).toEqual(['gaming'])
    const aicc = (...args: string[]): ReturnType<typeof runAicc> =>
      runAicc([...args, '--state', stateDir], { cwd: stateDir })
    const doubt = /its host has not told since \S+Z: .*ECONNREFUSED/
    expect((await aicc('mode', 'gaming')).stdout).toMatch(/^gaming is on since \S+; it gates gpu; its host/)
    expect((await aicc('mode', 'gaming')).stdout).toMatch(doubt)
    expect((await aicc('mode')).stdout).toMatch(doubt)
    expect((await aicc('status')).stdout).toMatch(doubt)
    expect(await aicc('mode', 'gaming', 'off')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not tell how it stands') as string,
    })
    expect(await modes()).toEqual(['gaming'])
  })
})
