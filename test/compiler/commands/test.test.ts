import { rm } from 'node:fs/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { WORKED_POLICY } from '../worked-policy.ts'
import { runAicc, spawnAicc, type AiccRun } from './run-aicc.ts'
import { workedFolder } from './worked-folder.ts'

const PASSING = `- name: a key pasted into chat stays home
  request: { model: auto, prompt: 'my key is sk-abcdefghijklmnopqrstuvwx1234567890ABCD' }
  expect: { rule: private-stays-home, backend: gpu, zone: local, staysIn: lan, labels: [private] }
- name: short
  request: { model: auto, prompt: hello }
  expect: { decision: route, rule: short, model: small, targets: [gpu/small, ollama/llama], forced: false, tags: [] }
- name: forced while gaming
  request: { model: auto, prompt: hello, headers: { x-force-big: 'true' } }
  given: { modes: [gaming] }
  expect: { rule: forced, backend: pc, forced: true }
- name: medium
  request: { model: auto, tokens: 15999 }
  expect: { rule: medium, zone: lan }
- name: medium with the PC down
  request: { model: auto, tokens: 15999 }
  given: { down: [pc] }
  expect: { rule: else }
- name: long
  request: { model: auto, tokens: 16000 }
  expect: { rule: long, staysIn: cloud, injection: clean }
- name: crew gets short answers
  request: { client: crew, model: auto, prompt: hello, body: { max_completion_tokens: 4000, temperature: 1 } }
  expect: { tags: [batch], set: { max_tokens: 500, temperature: 1 }, redact: [] }
- name: no poems for the crew
  request: { client: crew, model: auto, prompt: a poem }
  expect: { decision: refuse, rule: no-poems, status: 451, code: blocked_by_policy }
- name: no other model for the crew
  request: { client: crew, model: huge, prompt: hello }
  expect: { rule: none, status: 403, code: model_not_allowed }
`

const FAILING = `- name: goes to the big one
  request: { model: auto, prompt: hello }
  expect: { rule: medium, backend: pc, staysIn: lan }
- name: a key in the clear sk-abcdefghijklmnopqrstuvwx1234567890ABCD
  request: { model: auto, prompt: hello, body: { stream: 7 } }
  expect: { decision: route, set: { temperature: 0 } }
`

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

async function test(files: Record<string, string>, ...args: string[]): Promise<AiccRun> {
  const cwd = await workedFolder(files)
  folders.push(cwd)
  return runAicc(['test', ...args], { cwd })
}

describe('aicc test', () => {
  it('passes, and counts rules', async () => {
    const cwd = await workedFolder({ 'tests/a.test.yaml': PASSING })
    folders.push(cwd)
    const run = await spawnAicc(['test', '--fail-under', '100'], { cwd })
    expect(run).toEqual({ code: 0, stdout: 'PASS 9/9, rules covered 8/8\n', stderr: '' })
  })

  it('shows what came instead, who decided, and where that is written', async () => {
    const { code, stdout } = await test({ 'tests/deep/b.test.yaml': FAILING, 'tests/a.test.yaml': PASSING })
    expect(code).toBe(2)
    expect(stdout.replaceAll(/ +/g, ' ')).toBe(`FAIL goes to the big one policies/tests/deep/b.test.yaml:1
 rule expected medium, got short
 backend expected pc, got gpu
 decided by rule main/short, policies/policy.yaml:24
FAIL a key in the clear ${'*'.repeat(41)} policies/tests/deep/b.test.yaml:4
 decision expected route, got refuse
 set expected {"temperature":0}, got nothing
FAIL 9/11, rules covered 8/8
`)
  })

  it('names the rules that no case chose, and fails below a share', async () => {
    const { code, stdout, stderr } = await test(
      { 'tests/a.test.yaml': PASSING },
      '--run',
      '^(short|long)$',
      '--fail-under',
      '50',
    )
    expect(stdout).toContain(
      'PASS 2/2, 7 not run, rules covered 2/8, never chosen: main/private-stays-home (',
    )
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: 25 % of the rules and detectors are covered, fewer than 50 %\n',
    })
  })

  it('prints JSON of a stable shape', async () => {
    const { code, stdout } = await test(
      { 'tests/a.test.yaml': PASSING },
      '--run',
      'medium',
      '--format',
      'json',
    )
    expect(code).toBe(0)
    const report: unknown = JSON.parse(stdout)
    expect(report).toMatchObject({
      version: 1,
      summary: {
        cases: 2,
        passed: 2,
        failed: 0,
        skipped: 7,
        rules: 8,
        rulesCovered: 2,
        percentCovered: 25,
      },
      cases: [
        {
          name: 'medium',
          at: { file: 'policies/tests/a.test.yaml', line: 11 },
          passed: true,
          mismatches: [],
          decidedBy: { what: 'rule main/medium', at: { file: 'policies/policy.yaml', line: 25 } },
        },
        { name: 'medium with the PC down' },
      ],
      rules: [
        { name: 'main/private-stays-home', covered: false, at: { line: 14 } },
        {},
        {},
        {},
        {},
        {},
        {},
        {},
      ],
    })
  })

  it('prints JUnit', async () => {
    const { stdout } = await test({ 'tests/a.test.yaml': FAILING }, '--format', 'junit', '--run', 'big')
    expect(stdout).toContain('<testsuite name="aicc test" tests="1" failures="1" skipped="1">')
    expect(stdout).toContain(
      '<testcase name="goes to the big one" classname="policies/tests/a.test.yaml" file="policies/tests/a.test.yaml" line="1">',
    )
    expect(stdout).toContain('<failure message="rule, backend">')
  })

  it.each([
    ['a client', '{ client: crw, model: auto }', '{ rule: short }', 'client `crw` is not defined', 'crew'],
    ['a rule', '{ model: auto }', '{ rule: shirt }', 'rule `shirt` is not defined', 'short'],
    ['a zone', '{ model: auto }', '{ staysIn: locale }', 'zone `locale` is not defined', 'local'],
    ['a label', '{ model: auto }', '{ labels: [privat] }', 'label `privat` is not defined', 'private'],
    [
      'a target',
      '{ model: auto }',
      '{ targets: [gpu/smal] }',
      'target `gpu/smal` is not defined',
      'gpu/small',
    ],
    ['a key', '{ model: auto, promt: x }', '{ rule: short }', 'unknown key `promt`', 'prompt'],
    [
      'a decision',
      '{ model: auto }',
      '{ decision: rute }',
      '`[0].expect.decision` cannot be `rute`',
      'route',
    ],
  ])('refuses %s that nobody knows', async (_what, request, expectation, message, meant) => {
    const text = `- { name: a, request: ${request}, expect: ${expectation} }\n`
    const { code, stderr } = await test({ 'tests/a.test.yaml': text })
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain(`did you mean \`${meant}\`?`)
    expect(stderr).toContain('--> policies/tests/a.test.yaml:1:')
  })

  it.each([
    ['modes', '{ modes: [gamin] }', 'mode `gamin` is not defined', 'gaming'],
    ['backends', '{ down: [gpus] }', 'backend `gpus` is not defined', 'gpu'],
  ])('refuses %s that nobody knows', async (_what, given, message, meant) => {
    const text = `- { name: a, request: { model: auto }, given: ${given}, expect: { rule: short } }\n`
    const { code, stderr } = await test({ 'tests/a.test.yaml': text })
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain(`did you mean \`${meant}\`?`)
  })

  it.each([
    ['no model', '- { name: a, request: { prompt: x }, expect: { rule: short } }', 'missing `model`'],
    ['nothing expected', '- { name: a, request: { model: auto }, expect: {} }', 'missing what must come out'],
    [
      'a time of no week',
      '- { name: a, request: { model: auto }, given: { time: noon }, expect: { rule: short } }',
      'fri 22:30',
    ],
    [
      'an answer of nobody',
      '- { name: a, request: { model: auto }, given: { classifier: simple }, expect: { rule: short } }',
      'the policy asks no classifier',
    ],
    ['broken YAML', '- { name: a', 'yaml/syntax'],
  ])('refuses a case with %s', async (_what, text, message) => {
    const { code, stderr } = await test({ 'tests/a.test.yaml': `${text}\n` })
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) })
  })

  it('knows a wildcard model by any name that it takes', async () => {
    const policy = (WORKED_POLICY['policy.yaml'] ?? '').replace(
      'small: fast }',
      "small: fast, 'gpt-*': big }",
    )
    const text =
      '- { name: a, request: { model: gpt-9, prompt: x }, expect: { model: gpt-8, backend: pc } }\n'
    expect(await test({ 'policy.yaml': policy, 'tests/a.test.yaml': text })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  it('asks for cases only when told to', async () => {
    const quiet = await test({})
    expect(quiet).toMatchObject({ code: 0, stderr: 'warning: there is no case to run\n' })
    expect(await test({}, '--fail-on-empty')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no case to run'),
    })
  })

  it('could not run where there is no such folder, or the policy cannot be read', async () => {
    expect(await test({}, 'nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not exist'),
    })
    expect(await test({}, '--policies', 'nowhere')).toMatchObject({ code: 1 })
    expect(await test({}, '--run', '(')).toMatchObject({ code: 1 })
  })

  it('shows the diagnostics of a policy that does not compile', async () => {
    const run = await test({ 'clients.yaml': 'clients:\n  home: { keys: [{ env: A }], modelz: "*" }\n' })
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown key `modelz`') })
  })

  describe('packs of detectors', () => {
    const PACK = `detectors:
  - { id: badge, regex: 'EMP-[0-9]{4}' }
  - { id: locker, regex: 'locker [0-9]+' }
cases:
  - { text: 'EMP-1234', finds: [badge] }
  - { text: 'EMP-12', finds: [] }
`
    const WRONG = `${PACK}  - { text: 'locker 7', finds: [badge] }\n`

    it('are tried on the scanner, and count', async () => {
      const { code, stdout, stderr } = await test({
        'detectors/staff.yaml': PACK,
        'tests/a.test.yaml': PASSING,
      })
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(
        /^PASS 11\/11, .*detectors covered 1\/2, never chosen: .*locker \(policies\/detectors\/staff.yaml:3\)$/m,
      )
    })

    it('fail where they find something else, by what is off too', async () => {
      const policy = (WORKED_POLICY['policy.yaml'] ?? '').replace(
        'privacy: {',
        'privacy: { kinds: { locker: off },',
      )
      const files = { 'policy.yaml': policy, 'detectors/staff.yaml': WRONG, 'tests/a.test.yaml': PASSING }
      const { code, stdout } = await test(files, '--run', 'staff')
      expect(code).toBe(2)
      expect(stdout).toMatch(
        /^FAIL detectors\/staff.yaml: case 3 finds badge +policies\/detectors\/staff.yaml:7$/m,
      )
      expect(stdout).toContain('finds  expected ["badge"], got ["locker"]')
    })

    it('are part of what --fail-under asks for', async () => {
      const files = { 'detectors/staff.yaml': PACK, 'tests/a.test.yaml': PASSING }
      const { stdout } = await test(files, '--format', 'json')
      expect(JSON.parse(stdout)).toMatchObject({
        summary: { cases: 11, rules: 8, detectors: 2, detectorsCovered: 1 },
        detectors: [
          { name: 'badge', covered: true },
          { name: 'locker', covered: false },
        ],
      })
    })

    it('stay out of it where paths are given', async () => {
      const folder = 'policies/tests'
      const files = { 'detectors/staff.yaml': WRONG, 'tests/a.test.yaml': PASSING }
      const { code, stdout } = await test(files, folder)
      expect(code).toBe(0)
      expect(stdout).not.toContain('detectors')
    })
  })
})
