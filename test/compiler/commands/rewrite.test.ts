/** `aicc fmt` and `aicc migrate`: both show a diff, compare, or write. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { runAicc } from './run-aicc.ts'

const UGLY = 'version: 1\nmodels: {big: {targets: [ demo/a,demo/b ]}} # both\n'
const MIGRATED = 'version: 2\nmodels: { big: { targets: [demo/a, demo/b], balance: ordered } } # both\n'

let cwd: string
let policy: string

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'aicc-rewrite-'))
  policy = join(cwd, 'policies/policy.yaml')
  await mkdir(join(cwd, 'policies/tests'), { recursive: true })
  await writeFile(policy, UGLY)
  await writeFile(join(cwd, 'policies/tests/a.test.yaml'), '- {name: a}\n')
  return () => rm(cwd, { recursive: true })
})

describe('aicc fmt', () => {
  it('shows what it would change', async () => {
    const { code, stdout, stderr } = await runAicc(['fmt'], { cwd })
    expect(stdout).toContain('-models: {big: {targets: [ demo/a,demo/b ]}} # both\n')
    expect(stdout).toContain('+- { name: a }\n')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'fmt: 2 of 2 files would change; --write changes them\n',
    })
    expect(await readFile(policy, 'utf8')).toBe(UGLY)
  })

  it('lists with --check what is not formatted, and exits 2', async () => {
    expect(await runAicc(['fmt', '--check'], { cwd })).toEqual({
      code: 2,
      stdout: 'policies/policy.yaml\npolicies/tests/a.test.yaml\n',
      stderr: 'fmt: 2 of 2 files not formatted\n',
    })
  })

  it('takes packs of detectors too', async () => {
    await mkdir(join(cwd, 'policies/detectors/own'), { recursive: true })
    await writeFile(join(cwd, 'policies/detectors/own/staff.yaml'), 'detectors: [{id: a,regex: b}]\n')
    const { stdout } = await runAicc(['fmt', '--check'], { cwd })
    expect(stdout.split('\n')).toContain('policies/detectors/own/staff.yaml')
  })

  it('writes with --write, after which --check is content', async () => {
    expect((await runAicc(['fmt', '--write'], { cwd })).code).toBe(0)
    expect(await readFile(policy, 'utf8')).toBe(
      'version: 1\nmodels: { big: { targets: [demo/a, demo/b] } } # both\n',
    )
    expect(await runAicc(['fmt', '--check', 'policies'], { cwd })).toMatchObject({ code: 0, stdout: '' })
  })

  it('writes nothing when one of the files is no YAML, and masks what looks like a secret', async () => {
    const secret = `sk-ant-api03-${'a1B2'.repeat(20)}`
    await writeFile(join(cwd, 'policies/zoo.yaml'), `a: [${secret}\n`)
    const { code, stderr } = await runAicc(['fmt', '--write'], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('error[yaml/syntax]')
    expect(stderr).not.toContain(secret)
    expect(await readFile(policy, 'utf8')).toBe(UGLY)
  })

  it.each([
    { args: ['fmt', '--write', '--check'], says: 'cannot be used with' },
    { args: ['fmt', '-', 'policies'], says: '- stands alone' },
    { args: ['fmt', 'nowhere'], says: 'does not exist' },
    { args: ['fmt', 'policies/tests/none.yaml'], says: 'does not exist' },
  ])('exits 1 on $args', async ({ args, says }) => {
    const { code, stderr } = await runAicc(args, { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain(says)
  })
})

describe('aicc migrate', () => {
  it('shows what it would change, and exits 2 with --check', async () => {
    const shown = await runAicc(['migrate'], { cwd })
    expect(shown.code).toBe(0)
    expect(shown.stdout).toContain('+version: 2\n')
    expect((await runAicc(['migrate', 'policies', '--check'], { cwd })).code).toBe(2)
    expect(await readFile(policy, 'utf8')).toBe(UGLY)
  })

  it('writes with --write, once', async () => {
    expect((await runAicc(['migrate', '--write'], { cwd })).code).toBe(0)
    expect(await readFile(policy, 'utf8')).toBe(MIGRATED)
    const again = await runAicc(['migrate', '--check'], { cwd })
    expect(again).toEqual({ code: 0, stdout: '', stderr: 'migrate: already in version 2\n' })
  })

  it('takes a policy without a version for a current one, unless told otherwise', async () => {
    await writeFile(policy, UGLY.replace('version: 1\n', ''))
    expect((await runAicc(['migrate', '--check'], { cwd })).code).toBe(0)
    expect((await runAicc(['migrate', '--from', '1', '--write'], { cwd })).code).toBe(0)
    expect(await readFile(policy, 'utf8')).toBe(MIGRATED)
  })

  it('refuses a version that it does not know', async () => {
    await writeFile(policy, 'version: 3\n')
    const { code, stderr } = await runAicc(['migrate', '--write'], { cwd })
    expect({ code, stderr }).toMatchObject({ code: 2 })
    expect(stderr).toContain('no version that this aicc can migrate: 3')
  })
})
