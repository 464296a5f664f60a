import { createServer, type Server } from 'node:http'
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routeTable } from '../../../src/generated/route-table.ts'
import { runAicc, spawnAicc } from './run-aicc.ts'

const ROOT = join(import.meta.dirname, '../../..')

const POLICY = 'models:\n  fast: { targets: [openai/small] }\n'
const BACKENDS = `backends:
  openai: { kind: openai, url: 'http://127.0.0.1:8000', models: { small: { id: small-v1 } } }
`
const CLIENTS = "clients:\n  home: { keys: [{ env: HOME_KEY }], models: '*' }\n"

let root: string
let folders = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'aicc-compile-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** A folder with `policies/` in it, to run the command in. */
async function workspace(changes: { policy?: string; backends?: string } = {}): Promise<string> {
  const cwd = join(root, String(folders++))
  await mkdir(join(cwd, 'policies'), { recursive: true })
  await writeFile(join(cwd, 'policies/policy.yaml'), changes.policy ?? POLICY)
  await writeFile(join(cwd, 'policies/backends.yaml'), changes.backends ?? BACKENDS)
  await writeFile(join(cwd, 'policies/clients.yaml'), CLIENTS)
  return cwd
}

describe('aicc compile', () => {
  it('shows a typo in a backend name: file, line, frame, suggestion, exit code 2', async () => {
    const cwd = await workspace({ policy: POLICY.replace('openai/', 'opnai/') })
    const { code, stdout, stderr } = await spawnAicc(['compile', '--out', 'table.ts'], { cwd })
    expect(stderr).toBe(`error[resolve/unknown-backend]: backend \`opnai\` is not defined
  --> policies/policy.yaml:2:21
   |
 2 |   fast: { targets: [opnai/small] }
   |                     ^^^^^ not found in \`backends\`
   |
  ::: policies/backends.yaml:2:3
 2 |   openai: { kind: openai, url: 'http://127.0.0.1:8000', models: { small: { id: small-v1 } } }
   |   ------ a backend with a similar name
   = help: did you mean \`openai\`?
   = docs: docs/diagnostics/resolve-unknown-backend.md

compile: 1 error, 0 warnings; no route table written
`)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    await expect(readFile(join(cwd, 'table.ts'))).rejects.toThrow('ENOENT')
  })

  it('writes with --out, then finds it fresh, then stale', async () => {
    const cwd = await workspace()
    const written = await runAicc(['compile', '--out', 'table.ts'], { cwd })
    expect(written).toMatchObject({ code: 0, stdout: '' })
    expect(written.stderr).toMatch(
      /^worst case .*\nopen .*\nnote: .*\n  environment variable HOME_KEY .*\ncompile: 0 errors, 0 warnings; wrote table\.ts; digest [0-9a-f]{12}\n$/,
    )
    expect(await readFile(join(cwd, 'table.ts'), 'utf8')).toContain('export const routeTable: RouteTable = {')

    const fresh = await runAicc(['compile', '--out', 'table.ts', '--fresh'], { cwd })
    expect(fresh).toMatchObject({ code: 0, stderr: expect.stringContaining('table.ts is fresh') })

    await writeFile(join(cwd, 'policies/policy.yaml'), `${POLICY}aliases: { auto: fast }\n`)
    const stale = await runAicc(['compile', '--out', 'table.ts', '--fresh'], { cwd })
    expect(stale).toMatchObject({ code: 2, stderr: expect.stringContaining('table.ts is stale') })
  })

  it('says what the environment lacks for the gateway to start, and nothing when it has all', async () => {
    const cwd = await workspace()
    const lacking = await runAicc(['compile', '--no-emit'], { cwd })
    expect(lacking).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(
        'note: started here the gateway would refuse this policy; put into the environment or into .env:\n' +
          '  environment variable HOME_KEY (a key of client `home`) is not set\n',
      ),
    })
    await writeFile(join(cwd, 'policies/clients.yaml'), CLIENTS.replace('HOME_KEY', 'AICC_CLIENT_KEY'))
    expect((await runAicc(['compile', '--no-emit'], { cwd })).stderr).not.toContain('note:')
  })

  it("leaves the checkout's own table alone when the policies are others", async () => {
    const file = join(ROOT, 'src/generated/route-table.ts')
    const before = await readFile(file, 'utf8')
    const { code, stderr } = await runAicc(['compile'], { cwd: await workspace() })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('nothing written') })
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  it('prints the same bytes in any folder, time zone and language', async () => {
    const args = ['compile', '--policies', join(ROOT, 'policies'), '--print', '--no-emit']
    const places = [
      { cwd: ROOT, env: {} },
      { cwd: '/', env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } },
      { cwd: root, env: { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C' } },
    ]
    const runs = await Promise.all(places.map((place) => spawnAicc(args, place)))
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(JSON.parse(runs[0]?.stdout ?? '')).toEqual(routeTable)
  })

  it('denies warnings when told to', async () => {
    const backends = `${BACKENDS}  idle: { kind: demo, models: { toy: { id: toy } } }\n`
    const cwd = await workspace({ backends })
    const lenient = await runAicc(['compile', '--out', 'table.ts'], { cwd })
    expect(lenient).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('warning[check/unused-backend]'),
    })
    const strict = await runAicc(['compile', '--out', 'table.ts', '--deny-warnings'], { cwd })
    expect(strict).toMatchObject({ code: 2, stderr: expect.stringContaining('warnings are denied') })
  })

  it('reports on stdout in the formats for machines', async () => {
    const cwd = await workspace({ policy: POLICY.replace('openai/', 'opnai/') })
    const { code, stdout, stderr } = await runAicc(['compile', '--format', 'json'], { cwd })
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { errors: 1, warnings: 0 },
      diagnostics: [{ code: 'resolve/unknown-backend', suggestion: { newText: 'openai' } }],
    })
    expect(stderr).toBe('compile: 1 error, 0 warnings; no route table written\n')
  })

  const unusable = [
    { name: 'a folder that is not there', args: ['--policies', 'nowhere'] },
    { name: 'a folder that is a file', args: ['--policies', 'policies/policy.yaml'] },
    { name: 'an unknown flag', args: ['--polices', 'x'] },
    { name: 'an unknown format', args: ['--format', 'xml'] },
    { name: 'a count that is none', args: ['--max-diagnostics', 'many'] },
    { name: 'two results for one stdout', args: ['--print', '--format', 'json'] },
    { name: 'a place that cannot be written', args: ['--out', 'no/such/folder/table.ts'] },
  ]
  it.each(unusable)('cannot run with $name: exit code 1', async ({ args }) => {
    const { code, stderr } = await runAicc(['compile', ...args], { cwd: await workspace() })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/error|cannot write/) })
  })
})

describe('aicc compile beside a running gateway', () => {
  /** Plays the admin API of a gateway whose run.json names our own pid. */
  async function fakeGateway(
    cwd: string,
    status: number,
    body: object,
  ): Promise<{ server: Server; calls: string[] }> {
    const calls: string[] = []
    const server = createServer((request, response) => {
      calls.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await mkdir(join(cwd, '.aicc'), { mode: 0o700 })
    await writeFile(join(cwd, '.aicc/admin.token'), 'the-token\n', { mode: 0o600 })
    const run = { pid: process.pid, policies: join(cwd, 'policies'), admin: { address: '127.0.0.1', port } }
    await writeFile(join(cwd, '.aicc/run.json'), JSON.stringify(run), { mode: 0o600 })
    return { server, calls }
  }

  it('says that it keeps what it had where the policies do not compile', async () => {
    const cwd = await workspace({ policy: POLICY.replace('openai/', 'opnai/') })
    const gateway = await fakeGateway(cwd, 200, {})
    try {
      const { code, stderr } = await runAicc(['compile'], { cwd })
      expect(code).toBe(2)
      expect(stderr).toContain(
        'compile: 1 error, 0 warnings; no route table written; the running gateway keeps what it had\n',
      )
      expect(gateway.calls).toEqual([])
    } finally {
      gateway.server.close()
    }
  })

  const answers = [
    {
      name: 'has it reload',
      args: ['compile'],
      status: 200,
      body: { digest: 'abc', how: 'swapped' },
      expected: { code: 0, stderr: /; the running gateway has taken it on\n$/ },
      calls: ['POST /admin/reload Bearer the-token'],
    },
    {
      name: 'says when it refuses',
      args: ['compile'],
      status: 409,
      body: { rendered: 'HOME_KEY is not set' },
      expected: { code: 2, stderr: /\nHOME_KEY is not set\ncompile: .*keeps what it had\n$/ },
      calls: ['POST /admin/reload Bearer the-token'],
    },
    {
      name: 'says when it cannot be asked',
      args: ['compile'],
      status: 403,
      body: { error: { message: 'the admin token is wrong' } },
      expected: { code: 1, stderr: /\nthe admin token is wrong\ncompile: .*could not be told\n$/ },
      calls: ['POST /admin/reload Bearer the-token'],
    },
    {
      name: 'refuses alike when asked by `aicc reload`',
      args: ['reload'],
      status: 409,
      body: { rendered: 'HOME_KEY is not set' },
      expected: { code: 2, stderr: /^HOME_KEY is not set\nreload: refused, .*\n$/ },
      calls: ['POST /admin/reload Bearer the-token'],
    },
    {
      name: 'breaks off alike when asked by `aicc reload`',
      args: ['reload'],
      status: 500,
      body: {},
      expected: { code: 1, stderr: /^the gateway answered 500\n$/ },
      calls: ['POST /admin/reload Bearer the-token'],
    },
    {
      name: 'leaves it alone with --no-reload',
      args: ['compile', '--no-reload'],
      status: 200,
      body: {},
      expected: { code: 0, stderr: /nothing written.*; digest [0-9a-f]{12}\n$/ },
      calls: [],
    },
    {
      name: 'leaves it alone with --no-emit',
      args: ['compile', '--no-emit'],
      status: 200,
      body: {},
      expected: { code: 0, stderr: /; digest [0-9a-f]{12}\n$/ },
      calls: [],
    },
  ]
  it.each(answers)('$name', async ({ args, status, body, expected, calls }) => {
    const cwd = await workspace()
    const gateway = await fakeGateway(cwd, status, body)
    try {
      const { code, stderr } = await runAicc(args, { cwd })
      expect({ code, stderr }).toEqual({
        code: expected.code,
        stderr: expect.stringMatching(expected.stderr),
      })
      expect(gateway.calls).toEqual(calls)
    } finally {
      gateway.server.close()
    }
  })

  it('leaves it alone when it broke, and when it serves other policies', async () => {
    const broken = await workspace({ policy: 'models: 1\n' })
    const other = await workspace()
    const gateways = await Promise.all([fakeGateway(broken, 200, {}), fakeGateway(other, 200, {})])
    try {
      const mine = await workspace()
      const runs = [
        await runAicc(['compile'], { cwd: broken }),
        await runAicc(['compile', '--state', join(other, '.aicc')], { cwd: mine }),
      ]
      expect(runs.map(({ code }) => code)).toEqual([2, 0])
      expect(gateways.flatMap(({ calls }) => calls)).toEqual([])
    } finally {
      for (const { server } of gateways) server.close()
    }
  })
})
