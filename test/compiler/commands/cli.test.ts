import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const CLI = join(ROOT, 'compiler/commands/cli.ts')

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aicc-cli-'))
  await cp(join(ROOT, 'policies'), join(dir, 'policies'), { recursive: true })
  return () => rm(dir, { recursive: true })
})

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

interface Running {
  pid: number
  /** What stdout has said so far. */
  said: () => string
  ended: Promise<Ended>
}

function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { pid: child.pid!, said: () => stdout, ended }
}

const aicc = (...args: string[]): Promise<Ended> => start(args).ended

describe('aicc', () => {
  it.each([
    {
      args: ['--help'],
      code: 0,
      stdout: /serve[^]*compile[^]*reload[^]*status[^]*keys[^]*doctor[^]*version[^]*Examples/,
    },
    { args: ['serve', '--help'], code: 0, stdout: /--expose-http[^]*Examples/ },
    { args: ['version'], code: 0, stdout: /^aicc \d+\.\d+\.\d+\nnode \d+\S+\nworkerd 1\.\d+/ },
    { args: ['nonsense'], code: 1, stderr: /unknown command/ },
    { args: ['serve', '--runtime', 'bun'], code: 1, stderr: /Allowed choices are workerd, node/ },
    { args: ['serve', '--nonsense'], code: 1, stderr: /unknown option/ },
    { args: ['serve', '--https', '8443'], code: 1, stderr: /`8443` is no address to listen on/ },
    ...['https://ai.example', 'ai.example:8443', ''].map((name) => ({
      args: ['serve', '--name', name],
      code: 1,
      stderr: /--name[^]*without scheme and port/,
    })),
    { args: ['serve', '--policies', 'absent'], code: 2, stderr: /absent[^]*serve: not started/ },
    { args: ['status'], code: 2, stderr: /no gateway runs/ },
    { args: ['reload'], code: 1, stderr: /no gateway runs/ },
    { args: ['usage'], code: 1, stderr: /no gateway runs/ },
    {
      args: ['usage', '--by', 'planet'],
      code: 1,
      stderr: /Allowed choices are client, model, backend, variant, day/,
    },
    { args: ['keys', 'new'], code: 1, stderr: /missing required argument/ },
    { args: ['keys', 'new', 'phone', '--write'], code: 2, stderr: /--models/ },
    { args: ['keys', 'list', '--policies', 'absent'], code: 2, stderr: /absent/ },
  ])('$args ends with $code', async ({ args, code, stdout, stderr }) => {
    const ended = await aicc(...args)
    expect(ended.code, ended.stderr).toBe(code)
    if (stdout) expect(ended.stdout).toMatch(stdout)
    if (stderr) expect(ended.stderr).toMatch(stderr)
  })

  it('makes a key that clients.yaml knows by its hash, and lists it', async () => {
    const made = await aicc('keys', 'new', 'phone', '--write', '--models', 'auto')
    const key = made.stdout.trim()
    expect(key).toMatch(/^sk-aicc-[a-z2-7]{8}-[A-Za-z0-9_-]{43}$/)
    const sha256 = createHash('sha256').update(key).digest('hex')
    expect(await readFile(join(dir, 'policies/clients.yaml'), 'utf8')).toContain(sha256)
    await writeFile(join(dir, '.env'), 'AICC_CLIENT_KEY=a-key-from-the-dot-env-file')
    const rows = JSON.parse((await aicc('keys', 'list', '--json')).stdout) as unknown[]
    expect(rows).toContainEqual({
      client: 'phone',
      id: sha256.slice(0, 8),
      source: 'sha256',
      deprecated: null,
      expires: null,
      status: 'set',
    })
    const home = { client: 'home', source: 'env AICC_CLIENT_KEY', status: 'set' }
    expect(rows).toContainEqual(expect.objectContaining(home))
  })
})

describe('aicc serve', () => {
  const FLAGS = ['serve', '--https', '127.0.0.1:0', '--http', 'off', '--admin', '127.0.0.1:0']

  async function ready(running: Running): Promise<string> {
    await expect.poll(running.said, { timeout: 12_000 }).toContain('Try it:')
    return running.said()
  }

  it('prints a request that works as it stands, and ends with 0 when told to stop', async () => {
    const running = start(FLAGS)
    const banner = await ready(running)
    const url = /https:\/\/localhost:\d+\/v1\/chat\/completions/.exec(banner)![0]
    const path = (pattern: RegExp): string => pattern.exec(banner)![1]!
    const ca = await readFile(path(/--cacert '([^']+)'/))
    const key = await readFile(path(/\$\(cat '([^']+)'\)/), 'utf8')
    const body = path(/-d '([^']+)'/)
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const request = https.request(url, {
      method: 'POST',
      ca,
      agent: false,
      headers,
      host: '127.0.0.1',
      servername: 'localhost',
    })
    request.end(body)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const text = (await response.toArray()).join('')
    expect([response.statusCode, text.trimEnd().slice(-12)]).toEqual([200, 'data: [DONE]'])
    process.kill(running.pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0 })
    await expect(stat(join(dir, '.aicc/run.json'))).rejects.toThrow('ENOENT')
  })

  it('reloads on request and keeps what it had when the new policy is wrong', async () => {
    const running = start(FLAGS)
    await ready(running)
    expect((await aicc('status', '--json')).stdout).toContain('"state": "running"')
    const policy = join(dir, 'policies/policy.yaml')
    const text = await readFile(policy, 'utf8')
    await writeFile(policy, text.replaceAll('gpu-3070/coder-7b', 'gpu-3080/coder-7b'))
    const refused = await aicc('reload')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(
      /policies\/policy\.yaml:\d+:\d+[^]*did you mean[^]*keeps the policy it had/,
    )
    await writeFile(policy, text.replace(/aliases:.*/, '$&\n  renamed: fast'))
    expect(await aicc('reload')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('swapped') as unknown,
    })
    process.kill(running.pid, 'SIGINT')
    expect((await running.ended).code).toBe(0)
  })

  it.each([
    { value: '0', code: 1 },
    { value: 'false', code: 1 },
  ])('opens nothing with AICC_EXPOSE_HTTP=$value', async ({ value, code }) => {
    const ended = await start(['serve', '--https', 'off', '--http', '0.0.0.0:0', '--admin', '127.0.0.1:0'], {
      AICC_EXPOSE_HTTP: value,
    }).ended
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining('--expose-http') as unknown })
  })

  it('names every secret that is missing', async () => {
    const clients = join(dir, 'policies/clients.yaml')
    await writeFile(
      clients,
      (await readFile(clients, 'utf8')).replaceAll('AICC_CLIENT_KEY', 'SOME_UNSET_KEY'),
    )
    const ended = await aicc(...FLAGS)
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('SOME_UNSET_KEY') as unknown })
  })

  it('says what is wrong with a state folder that it cannot write', async () => {
    await writeFile(join(dir, 'file'), '')
    await chmod(join(dir, 'file'), 0o400)
    const ended = await aicc(...FLAGS, '--state', 'file')
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^error: .*file/)
  })
})
