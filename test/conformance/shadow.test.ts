/** A candidate policy beside the running one: it counts what would go elsewhere, and sends nothing there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { fetchShadow } from '../../src/control/admin-client.ts'
import { askOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import { testPolicies, secrets } from './harness/policies.ts'

const CLI = join(import.meta.dirname, '../../compiler/commands/cli.ts')
const LIVE = { models: { left: {}, right: {} }, aliases: { moving: 'left' } }
const CANDIDATE = { ...LIVE, aliases: { moving: 'right' } }
const PROMPT = 'the quick brown fox'

describeRuntimes(LIVE, (bench) => {
  it('counts and lists what the candidate would do otherwise, and routes nothing by it', async () => {
    const { client, gateway, upstream } = bench
    const folder = join(gateway.folder, 'candidate')
    await mkdir(folder)
    const files = testPolicies(upstream.origin, CANDIDATE)
    for (const name of ['policy', 'backends', 'clients'] as const) {
      await writeFile(join(folder, `${name}.yaml`), JSON.stringify(files[name]))
    }
    const state = join(gateway.folder, 'state')
    const flags = ['shadow', folder, '--state', state, '--format', 'json']
    const child = spawn(process.execPath, [CLI, ...flags], {
      env: { PATH: process.env['PATH'], ...secrets },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let printed = ''
    child.stdout.on('data', (data: Buffer) => (printed += data.toString()))
    await expect
      .poll(() => fetchShadow(state, {}), { timeout: 15_000 })
      .toMatchObject({ report: { requests: 0 } })

    const messages = [{ role: 'user', content: PROMPT }]
    const answers = await Promise.all(
      ['moving', 'moving', 'left', 'right'].map((model) => client.chat({ ...askOf(model), messages })),
    )
    expect(answers.map(({ status, headers }) => [status, headers['x-aicc-model']])).toEqual([
      [200, 'left'],
      [200, 'left'],
      [200, 'left'],
      [200, 'right'],
    ])
    const kind = {
      count: 2,
      client: 'home',
      model: 'moving',
      surface: 'chat',
      live: 'left: mock/left',
      candidate: 'right: mock/right',
    }
    expect(await fetchShadow(state, {})).toMatchObject({
      report: { requests: 4, differing: 2, unlisted: 0, kinds: [kind] },
    })

    child.kill('SIGINT')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    expect(JSON.parse(printed)).toMatchObject({ version: 1, requests: 4, differing: 2, kinds: [kind] })
    expect(printed).not.toContain('fox')
    expect(await fetchShadow(state, {})).toEqual({ kind: 'shadow', report: null })
  })
})
