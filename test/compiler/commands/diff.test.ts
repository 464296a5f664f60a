import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WORKED_POLICY } from '../worked-policy.ts'
import { runAicc, spawnAicc, type AiccRun } from './run-aicc.ts'
import { workedFolder } from './worked-folder.ts'

const POLICY = (WORKED_POLICY['policy.yaml'] ?? '').replace('max: 500', 'max: 400')

let cwd: string
let other: string
beforeAll(async () => {
  cwd = await workedFolder()
  other = await workedFolder({ 'policy.yaml': POLICY })
})
afterAll(() => Promise.all([cwd, other].map((folder) => rm(folder, { recursive: true }))))

function diff(...args: string[]): Promise<AiccRun> {
  return runAicc(['diff', ...args], { cwd })
}

describe('aicc diff', () => {
  it('shows what is said and what is decided otherwise', async () => {
    const { code, stdout, stderr } = await spawnAicc(['diff', 'policies', join(other, 'policies')], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace(/\d+ requests/, 'N requests'))
      .toBe(`~ rules.main.short-answers.clamp.max_tokens.max   500 -> 400
decisions that change:
  crew asking for auto   e.g. {"client":"crew","model":"auto"}
    - main/short -> fast [gpu/small, ollama/llama], max_tokens at most 500
    + main/short -> fast [gpu/small, ollama/llama], max_tokens at most 400
  crew asking for auto   e.g. {"client":"crew","model":"auto","headers":{"x-force-big":"true"}}
    - main/forced -> big [pc/large, gpu/small, ollama/llama], max_tokens at most 500
    + main/forced -> big [pc/large, gpu/small, ollama/llama], max_tokens at most 400
  crew asking for auto   e.g. {"client":"crew","model":"auto","tokens":2000}
    - main/medium -> big [pc/large, gpu/small, ollama/llama], max_tokens at most 500
    + main/medium -> big [pc/large, gpu/small, ollama/llama], max_tokens at most 400
  crew asking for auto   e.g. {"client":"crew","model":"auto","tokens":16000}
    - main/long -> huge [hosted/huge], max_tokens at most 500
    + main/long -> huge [hosted/huge], max_tokens at most 400
  crew asking for auto   e.g. {"client":"crew","model":"auto","tokens":2000,"down":["pc"]}
    - main/else -> fast [gpu/small, ollama/llama], max_tokens at most 500
    + main/else -> fast [gpu/small, ollama/llama], max_tokens at most 400
0 to add, 1 to change, 0 to remove; 5 decisions change; N requests compared
`)
  })

  it('compares with a table as it is printed, and as it is written', async () => {
    const { stdout: printed } = await runAicc(['compile', '--print', '--out', 'table.ts'], { cwd })
    await writeFile(join(cwd, 'table.json'), printed)
    for (const table of ['table.json', 'table.ts']) {
      expect(await diff(table, 'policies', '--exit-code')).toEqual({
        code: 0,
        stdout: expect.stringMatching(
          /^0 to add, 0 to change, 0 to remove; 0 decisions change; \d+ requests compared\n$/,
        ),
        stderr: '',
      })
    }
  })

  it('ends with 2 under --exit-code when they differ, and says where a cap cut it off', async () => {
    const { code, stdout } = await diff('policies', join(other, 'policies'), '--exit-code', '--max', '5')
    expect(code).toBe(2)
    expect(stdout).toContain('5 requests compared, more were left out (--max)')
  })

  it('prints JSON of a stable shape', async () => {
    const { stdout } = await diff('policies', join(other, 'policies'), '--format', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      before: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      after: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      structure: [
        {
          address: 'rules.main.short-answers',
          action: 'change',
          settings: [{ name: 'clamp.max_tokens.max', before: '500', after: '400' }],
        },
      ],
      decisions: [
        {
          clients: ['crew'],
          names: ['auto'],
          before: 'main/short -> fast [gpu/small, ollama/llama], max_tokens at most 500',
          after: 'main/short -> fast [gpu/small, ollama/llama], max_tokens at most 400',
          witness: { client: 'crew', model: 'auto' },
        },
        {},
        {},
        {},
        {},
      ],
      compared: { requests: expect.any(Number), capped: false },
    })
  })

  it.each([
    { name: 'no JSON', text: 'models:', says: 'is not what `aicc compile --print` prints' },
    { name: 'another version', text: '{"version":1}', says: 'it has version 1' },
    {
      name: 'another digest',
      text: '{"version":2,"digest":"0"}',
      says: 'its digest is not that of its content',
    },
  ])('could not run on a table with $name', async ({ text, says }) => {
    await writeFile(join(cwd, 'bad.json'), text)
    expect(await diff('bad.json', 'policies')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(says),
    })
  })

  it('could not run without both, and shows why a policy does not compile', async () => {
    expect(await diff('policies', 'nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not exist'),
    })
    const broken = await workedFolder({ 'policy.yaml': POLICY.replace('to: huge', 'to: hug') })
    const run = await diff('policies', join(broken, 'policies'))
    await rm(broken, { recursive: true })
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean `huge`?') })
  })
})
