import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url))

/** A stand-in for npm: notes how it was called and installs nothing but itself. */
const FAKE_NPM = `#!/bin/sh
echo "$@" >> npm-calls.txt
env | grep -i '^npm_config_' >> npm-env.txt
if [ "$1" = run ]; then
  case "$2" in
    check) test ! -f check-fails; exit ;;
    test:unit) for arg; do case "$arg" in --outputFile.json=*) cp report.json "\${arg#*=}" ;; esac; done ;;
  esac
  test ! -f unit-fails
  exit
fi
sleep 0.3
test -f npm-breaks && exit 9
rm -rf node_modules
mkdir node_modules
`

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'aicc-bootstrap-'))
  await mkdir(join(dir, 'scripts'))
  for (const file of await readdir(SCRIPTS)) {
    if (file.endsWith('.mjs')) await cp(join(SCRIPTS, file), join(dir, 'scripts', file))
  }
  await mkdir(join(dir, 'bin'))
  await executable(join(dir, 'bin/npm'), FAKE_NPM)
  await lock({ 'node_modules/a': { version: '1' } })
  await writeFile(join(dir, 'probe.mjs'), 'console.log(process.argv.slice(2).join("|"))')
  return () => rm(dir, { recursive: true })
})

async function executable(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  await chmod(path, 0o755)
}

async function lock(packages: Record<string, object>): Promise<void> {
  await writeFile(join(dir, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }))
}

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function bootstrap(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const path = [join(dir, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter)
    const options = { cwd: dir, env: { PATH: path, ...env } }
    execFile(process.execPath, ['scripts/bootstrap.mjs', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

const npmCalls = async (): Promise<string[]> =>
  (await readFile(join(dir, 'npm-calls.txt'), 'utf8').catch(() => '')).split('\n').filter(Boolean)

describe('bootstrap', () => {
  it('installs once, and again when the lockfile changed', async () => {
    const first = await bootstrap(['node', 'probe.mjs', 'a', 'b'])
    expect(first).toMatchObject({ code: 0, stdout: 'a|b\n' })
    expect(first.stderr).toContain('installing packages')
    expect(await bootstrap(['node', 'probe.mjs'])).toMatchObject({ code: 0, stderr: '' })
    expect(await npmCalls()).toHaveLength(1)
    await lock({ 'node_modules/a': { version: '2' } })
    await bootstrap(['node', 'probe.mjs'])
    expect(await npmCalls()).toHaveLength(2)
    expect(await readdir(dir)).not.toContain('.aicc-install.lock')
  })

  it('asks for everything and lets no package run code, whatever the environment says', async () => {
    const environment = {
      NODE_ENV: 'production',
      npm_config_omit: 'dev',
      NPM_CONFIG_PRODUCTION: 'true',
      npm_config_ignore_scripts: 'false',
      npm_config_registry: 'https://registry.invalid/',
    }
    await bootstrap(['node', 'probe.mjs'], environment)
    expect((await npmCalls())[0]).toMatch(/^ci --ignore-scripts --include=dev --include=optional/)
    const config = await readFile(join(dir, 'npm-env.txt'), 'utf8')
    expect(config).not.toMatch(/omit|production/i)
    expect(config).toContain('npm_config_registry=https://registry.invalid/')
  })

  it('installs once when two start together', async () => {
    const both = await Promise.all([bootstrap(['node', 'probe.mjs']), bootstrap(['node', 'probe.mjs'])])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(await npmCalls()).toHaveLength(1)
  })

  it.each(['999999999', ''])('takes away the lock that a killed start left (pid %j)', async (pid) => {
    await mkdir(join(dir, '.aicc-install.lock'))
    if (pid !== '') await writeFile(join(dir, '.aicc-install.lock/pid'), pid)
    expect(await bootstrap(['node', 'probe.mjs'])).toMatchObject({ code: 0 })
  })

  it('takes what somebody installed with npm for installed', async () => {
    await mkdir(join(dir, 'node_modules'))
    await lock({
      'node_modules/a': { version: '1' },
      'node_modules/foreign': { version: '1', optional: true, os: ['plan9'], cpu: [process.arch] },
    })
    const installed = { packages: { 'node_modules/a': { version: '1' } } }
    await writeFile(join(dir, 'node_modules/.package-lock.json'), JSON.stringify(installed))
    expect(await bootstrap(['node', 'probe.mjs'])).toMatchObject({ code: 0, stderr: '' })
    expect(await npmCalls()).toEqual([])
  })

  it('installs what such an installation left out for this machine', async () => {
    await mkdir(join(dir, 'node_modules'))
    const entry = { version: '1', optional: true, os: [process.platform], cpu: [process.arch] }
    await lock({ 'node_modules/node-here': entry })
    await writeFile(join(dir, 'node_modules/.package-lock.json'), JSON.stringify({ packages: {} }))
    await bootstrap(['node', 'probe.mjs'])
    expect(await npmCalls()).toHaveLength(1)
  })

  it('says what to run when the installation fails, and tries again the next time', async () => {
    await writeFile(join(dir, 'npm-breaks'), '')
    const failed = await bootstrap(['node', 'probe.mjs'])
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/could not be installed: npm ended with 9[^]*npm ci --ignore-scripts/)
    await rm(join(dir, 'npm-breaks'))
    expect(await bootstrap(['node', 'probe.mjs'])).toMatchObject({ code: 0 })
  })

  it.each([
    { case: 'the pinned Node where it runs', script: 'v99.1.0', expected: 'pinned scripts' },
    { case: 'its own Node where the pinned one is of another system', script: null, expected: 'own' },
    { case: 'its own Node where the pinned one is too old', script: 'v20.1.0', expected: 'own' },
  ])('uses $case', async ({ script, expected }) => {
    await mkdir(join(dir, 'node_modules/.bin'), { recursive: true })
    const hash = createHash('sha256').update(await readFile(join(dir, 'package-lock.json')))
    const stamp = hash.update(`${process.platform}-${process.arch}`).digest('hex')
    await writeFile(join(dir, 'node_modules/.aicc-stamp'), stamp)
    const pinned = join(dir, 'node_modules/.bin/node')
    if (script === null) await executable(pinned, 'no program at all')
    else
      await executable(
        pinned,
        `#!/bin/sh\nif [ "$1" = --version ]; then echo ${script}; else echo "pinned scripts"; fi\n`,
      )
    await writeFile(join(dir, 'probe.mjs'), 'console.log("own")')
    expect(await bootstrap(['node', 'probe.mjs'])).toMatchObject({ code: 0, stdout: `${expected}\n` })
  })

  it('passes on how the child ended', async () => {
    await writeFile(join(dir, 'probe.mjs'), 'process.exit(70)')
    expect((await bootstrap(['node', 'probe.mjs'])).code).toBe(70)
    await writeFile(join(dir, 'probe.mjs'), 'process.kill(process.pid, "SIGKILL")')
    expect((await bootstrap(['node', 'probe.mjs'])).code).toBe(137)
  })

  it('gives scripts of its own the same Node', async () => {
    await writeFile(join(dir, 'probe.mjs'), 'console.log(process.env.PATH.split(":")[0])')
    expect((await bootstrap(['node', 'probe.mjs'])).stdout.trim()).toBe(dirname(process.execPath))
  })

  describe('test', () => {
    const ended = (fullName: string, status: string): object => ({ fullName, status })
    const report = async (files: Record<string, object[] | 'does not load'>): Promise<void> => {
      const testResults = Object.entries(files).map(([name, tests]) => {
        const assertionResults = tests === 'does not load' ? [] : tests
        const isBad = tests === 'does not load' || JSON.stringify(tests).includes('"failed"')
        return { name: join(dir, name), status: isBad ? 'failed' : 'passed', assertionResults }
      })
      await writeFile(join(dir, 'report.json'), JSON.stringify({ numPassedTests: 3, testResults }))
      const isBad = testResults.some(({ status }) => status === 'failed')
      if (isBad) await writeFile(join(dir, 'unit-fails'), '')
    }

    it('counts the checks as one', async () => {
      await report({ 'a.test.ts': [ended('a works', 'passed')] })
      expect(await bootstrap(['test'])).toMatchObject({ code: 0, stdout: '\n4 passed, 0 failed\n' })
    })

    it('names what failed', async () => {
      await report({
        'a.test.ts': [ended('a works', 'passed'), ended('a fails', 'failed')],
        'b.test.ts': 'does not load',
      })
      await writeFile(join(dir, 'check-fails'), '')
      const { code, stdout } = await bootstrap(['test'])
      expect(code).toBe(2)
      expect(stdout).toBe(`
failed: a.test.ts: a fails
failed: b.test.ts: does not load
failed: npm run check: what it found stands above, before the tests
3 passed, 3 failed
`)
    })

    it('does not take a run that broke off for a good one', async () => {
      await writeFile(join(dir, 'unit-fails'), '')
      expect(await bootstrap(['test'])).toMatchObject({
        code: 2,
        stdout: '\nfailed: npm run test:unit: it broke off, see above\n1 passed, 1 failed\n',
      })
    })
  })

  it.each([{ args: [] }, { args: ['nonsense'] }, { args: ['node'] }])(
    'shows its usage for $args',
    async ({ args }) => {
      expect(await bootstrap(args)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^usage:/) as unknown,
      })
    },
  )
})
