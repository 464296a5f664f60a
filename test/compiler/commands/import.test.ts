import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runAicc } from './run-aicc.ts'

const CONFIG = `model_list:
  - model_name: fast
    litellm_params: { model: ollama/llama, rpm: 5 }
general_settings: { master_key: canary-master }
`

let cwd: string

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'aicc-import-'))
  await writeFile(join(cwd, 'config.yaml'), CONFIG)
  return () => rm(cwd, { recursive: true })
})

const run = (...args: string[]) => runAicc(['import', 'litellm', ...args], { cwd })

describe('aicc import litellm', () => {
  it('prints the three files, and lists what has no counterpart', async () => {
    const { code, stdout, stderr } = await run('config.yaml')
    expect(code).toBe(0)
    for (const name of ['policy', 'backends', 'clients']) expect(stdout).toContain(`# ---- ${name}.yaml\n`)
    expect(stderr).toContain('model_list[0].litellm_params.rpm: 5\n')
    expect(stderr).toContain('as LITELLM_MASTER_KEY')
    expect(stdout + stderr).not.toContain('canary')
  })

  it('writes into a folder, where the result compiles, and overwrites nothing', async () => {
    expect((await run('config.yaml', '--out', 'out')).code).toBe(0)
    expect(await readFile(join(cwd, 'out/backends.yaml'), 'utf8')).toContain('kind: ollama')
    expect((await runAicc(['compile', '--policies', 'out', '--no-emit'], { cwd })).code).toBe(0)
    expect((await runAicc(['fmt', '--check', 'out'], { cwd })).code).toBe(0)
    const again = await run('config.yaml', '--out', 'out')
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(again.stderr).toContain('EEXIST')
  })

  it.each([
    { name: 'what has no counterpart, with --strict', args: ['config.yaml', '--strict'], code: 2 },
    { name: 'a file that is not there', args: ['nothing.yaml'], code: 1 },
    { name: 'a file without models', args: ['empty.yaml'], code: 2 },
    { name: 'a file that is no YAML', args: ['broken.yaml'], code: 2 },
  ])('exits $code for $name', async ({ args, code }) => {
    await writeFile(join(cwd, 'empty.yaml'), 'litellm_settings: {}\n')
    await writeFile(join(cwd, 'broken.yaml'), 'a: [\n')
    expect((await run(...args)).code).toBe(code)
  })
})
