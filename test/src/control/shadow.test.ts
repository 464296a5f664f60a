import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fetchShadow, fetchStatus, requestReload, setShadow } from '../../../src/control/admin-client.ts'
import { runAicc } from '../../compiler/commands/run-aicc.ts'
import { digested, ok, rig, someBackend } from './control-rig.ts'

const candidate = digested({ zones: ['cloud', 'home'] })

describe('a shadow', () => {
  it('is on the edge until it is ended', async () => {
    const { start, stateDir } = await rig()
    await start()
    expect(await fetchShadow(stateDir)).toEqual({ kind: 'shadow', report: null })
    expect(await setShadow(stateDir, candidate)).toMatchObject({ kind: 'shadow' })
    expect(await fetchShadow(stateDir)).toMatchObject({ report: { digest: candidate.digest } })
    expect(await fetchStatus(stateDir)).toMatchObject({ status: { shadow: candidate.digest } })
    await setShadow(stateDir, null)
    expect(await fetchShadow(stateDir)).toEqual({ kind: 'shadow', report: null })
    expect(await fetchStatus(stateDir)).toMatchObject({ status: { shadow: null } })
  })

  it('goes along to an edge that replaces another, and is no part of the policy in force', async () => {
    const { start, stateDir, compiled } = await rig()
    const { gateway } = await start()
    await setShadow(stateDir, candidate)
    compiled(ok('two', { backends: someBackend }))
    expect(await requestReload(stateDir)).toMatchObject({ digest: 'two', how: 'restarted' })
    expect(await fetchShadow(stateDir)).toMatchObject({ report: { digest: candidate.digest } })
    const { edge } = gateway.supervisor
    await expect.poll(() => edge?.shadowReport()).toMatchObject({ digest: candidate.digest })
  })
})

describe('aicc shadow', () => {
  async function candidateFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'aicc-candidate-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await cp(join(import.meta.dirname, '../../../policies'), folder, { recursive: true })
    return folder
  }

  it('reports for as long as it was told, and ends the shadow', async () => {
    const { start, stateDir } = await rig()
    await start()
    const args = ['shadow', await candidateFolder(), '--state', stateDir, '--for', '10ms']
    const pretty = await runAicc(args, { cwd: stateDir })
    expect(pretty).toMatchObject({ code: 0, stderr: '' })
    expect(pretty.stdout).toMatch(/^shadow: [0-9a-f]{12} of .*\nshadow: 0 requests, 0 decided differently\n$/)
    const json = await runAicc([...args, '--format', 'json'], { cwd: stateDir })
    expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, requests: 0, kinds: [] })
    expect(await fetchShadow(stateDir)).toEqual({ kind: 'shadow', report: null })
  })

  it('ends one that was left behind', async () => {
    const { start, stateDir } = await rig()
    await start()
    await setShadow(stateDir, candidate)
    expect(await runAicc(['shadow', '--stop', '--state', stateDir], { cwd: stateDir })).toMatchObject({
      code: 0,
    })
    expect(await fetchShadow(stateDir)).toEqual({ kind: 'shadow', report: null })
  })

  it.each([
    { case: 'a candidate that does not compile', args: ['FOLDER'], broken: true, code: 2, says: /error\[/ },
    { case: 'no gateway', args: ['FOLDER'], broken: false, code: 1, says: /no gateway runs/ },
    { case: 'no folder', args: [], broken: false, code: 1, says: /which folder/ },
    {
      case: 'a time that is none',
      args: ['FOLDER', '--for', 'ever'],
      broken: false,
      code: 1,
      says: /such as 30s/,
    },
  ])('says what is wrong with $case', async ({ args, broken, code, says }) => {
    const folder = await candidateFolder()
    if (broken) await writeFile(join(folder, 'policy.yaml'), 'modelz: {}\n')
    const real = args.map((arg) => (arg === 'FOLDER' ? folder : arg))
    const ended = await runAicc(['shadow', ...real, '--state', join(folder, 'state')], { cwd: folder })
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(says) as string })
  })
})
