import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { addClientKey, type NewKey } from '../../../compiler/commands/add-client-key.ts'
import { runAicc } from './run-aicc.ts'

const SHA = 'a'.repeat(64)
const FILE = `# yaml-language-server: $schema=../schemas/clients.schema.json
# Who may call.
clients:
  # the laptop at home
  home:
    keys:
      - { env: AICC_CLIENT_KEY } # generated at the first start
    models: '*'
  inline: { keys: [{ env: B }], models: [auto] }
`

let dir: string
let file: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aicc-keys-'))
  file = join(dir, 'clients.yaml')
  await writeFile(file, FILE)
  await writeFile(
    join(dir, 'backends.yaml'),
    'backends: { demo: { kind: demo, models: { toy: { id: toy } } } }',
  )
  await writeFile(
    join(dir, 'policy.yaml'),
    'models: { auto: { targets: [demo/toy] }, fast: { targets: [demo/toy] } }',
  )
  return () => rm(dir, { recursive: true })
})

describe('aicc keys new', () => {
  it.each([
    { models: [], says: /under `clients: phone: keys:`\n {6}- sha256: [0-9a-f]{64}\n$/ },
    {
      models: ['--models', 'auto, fast'],
      says: /under `clients:`\n {2}phone:\n {4}keys:\n {6}- sha256: [0-9a-f]{64}\n {4}models:\n {6}- auto\n {6}- fast\n$/,
    },
    { models: ['--models', '*'], says: /\n {4}models: '\*'\n$/ },
  ])('shows what belongs into clients.yaml, which stays as it is: $models', async ({ models, says }) => {
    const { code, stdout, stderr } = await runAicc(['keys', 'new', 'phone', ...models], { cwd: dir })
    expect([code, await readFile(file, 'utf8')]).toEqual([0, FILE])
    expect(stdout).toMatch(/^\S+\n$/)
    expect(stderr).toMatch(says)
  })

  it('writes the models that were named', async () => {
    const args = ['keys', 'new', 'phone', '--write', '--policies', '.', '--models', 'auto, fast']
    expect(await runAicc(args, { cwd: dir })).toMatchObject({ code: 0 })
    expect(await readFile(file, 'utf8')).toMatch(
      / {2}phone:\n {4}keys:\n.*\n {4}models:\n {6}- auto\n {6}- fast\n$/,
    )
  })
})

describe('addClientKey', () => {
  it.each<{ case: string; key: Omit<NewKey, 'sha256'>; expected: string }>([
    {
      case: 'a client with a list',
      key: { client: 'home', models: null },
      expected: FILE.replace('first start\n', `first start\n      - sha256: ${SHA}\n`),
    },
    {
      case: 'a client written inline',
      key: { client: 'inline', models: null },
      expected: FILE.replace(
        ' { keys: [{ env: B }], models: [auto] }',
        `\n    keys: [{ env: B }, { sha256: ${SHA} }]\n    models: [auto]`,
      ),
    },
    {
      case: 'a new client with some models',
      key: { client: 'phone', models: ['auto', 'fast'] },
      expected: `${FILE}  phone:\n    keys:\n      - sha256: ${SHA}\n    models:\n      - auto\n      - fast\n`,
    },
    {
      case: 'a new client with all models',
      key: { client: 'phone', models: '*' },
      expected: `${FILE}  phone:\n    keys:\n      - sha256: ${SHA}\n    models: '*'\n`,
    },
  ])('adds to $case and keeps the comments', async ({ key, expected }) => {
    await addClientKey(dir, { ...key, sha256: SHA })
    expect(await readFile(file, 'utf8')).toBe(expected)
  })

  it('leaves the blank line before a comment at the end', async () => {
    const example = '\n  # An example:\n  # diary: {}\n'
    await writeFile(file, FILE + example)
    await addClientKey(dir, { client: 'phone', sha256: SHA, models: '*' })
    const added = `  phone:\n    keys:\n      - sha256: ${SHA}\n    models: '*'\n`
    expect(await readFile(file, 'utf8')).toBe(FILE + added + example)
  })

  it('leaves the file as `aicc fmt` would write it, comments where they were', async () => {
    const text =
      'clients: {\n  home: { keys: [{ env: A }, # mine\n  { env: B }, # hers\n  ], models: "*" } }\n'
    await writeFile(file, text)
    await addClientKey(dir, { client: 'home', sha256: SHA, models: null })
    expect(await readFile(file, 'utf8')).toBe(`clients:
  home:
    keys:
      - { env: A } # mine
      - { env: B } # hers
      - sha256: ${SHA}
    models: '*'
`)
  })

  it.each([
    { case: 'a new client without grants', text: FILE, client: 'phone', says: /--models/, exitCode: 2 },
    {
      case: 'a client that has its models',
      text: FILE,
      client: 'home',
      models: ['auto'],
      says: /is there already/,
      exitCode: 2,
    },
    {
      case: 'a name that is none',
      text: FILE,
      client: 'My App',
      models: ['auto'],
      says: /validate\/invalid-format/,
      exitCode: 2,
    },
    {
      case: 'a model that does not exist',
      text: FILE,
      client: 'phone',
      models: ['nope'],
      says: /resolve\/unknown-model/,
      exitCode: 2,
    },
    { case: 'a file with mistakes', text: 'clients: {', client: 'home', says: /aicc compile/, exitCode: 2 },
    {
      case: 'a file of another kind',
      text: 'backends: {}',
      client: 'home',
      says: /aicc compile/,
      exitCode: 2,
    },
    {
      case: 'a client without keys',
      text: 'clients: { home: {} }',
      client: 'home',
      says: /no list of keys/,
      exitCode: 2,
    },
  ])('leaves $case as it is', async ({ text, client, models = null, says, exitCode }) => {
    await writeFile(file, text)
    const attempt = addClientKey(dir, { client, sha256: SHA, models })
    await expect(attempt).rejects.toMatchObject({ message: expect.stringMatching(says) as unknown, exitCode })
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('reports a missing file', async () => {
    const attempt = addClientKey(`${dir}/absent`, { client: 'home', sha256: SHA, models: null })
    await expect(attempt).rejects.toMatchObject({ exitCode: 1 })
  })
})
