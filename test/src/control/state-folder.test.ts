import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { processStart } from '../../../src/control/process-identity.ts'
import { findRunning, readRunFile, writeRunFile, type RunFile } from '../../../src/control/run-file.ts'
import {
  ensureSecret,
  openStateFolder,
  writePrivate,
  type StateFolder,
} from '../../../src/control/state-folder.ts'
import { acquireStateLock } from '../../../src/control/state-lock.ts'

let state: StateFolder

beforeEach(async () => {
  state = await openStateFolder(join(await mkdtemp(join(tmpdir(), 'aicc-state-')), 'a', 'b'))
})

afterEach(() => rm(join(state.dir, '..', '..'), { recursive: true }))

const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

describe('state folder', () => {
  it('is its owner’s alone, also where it was there before', async () => {
    await chmod(state.dir, 0o755)
    await openStateFolder(state.dir)
    expect(await mode(state.dir)).toBe(0o700)
  })

  it('says what is wrong with what it cannot be', async () => {
    const file = join(state.dir, 'file')
    await writeFile(file, '')
    await expect(openStateFolder(file)).rejects.toThrow(
      `the state folder ${file} cannot be used (EEXIST: file already exists, mkdir '${file}'): it must be a folder`,
    )
  })

  it.runIf(process.platform === 'linux').each(['/proc/aicc', '/proc/aicc/state'])(
    'says so where no folder can be made: %s',
    async (dir) => {
      await expect(openStateFolder(dir)).rejects.toThrow(`the state folder ${dir} cannot be used (ENOENT`)
    },
  )

  it('makes a secret once, closes a file that was open, and leaves no draft', async () => {
    const made = await ensureSecret(state.clientKey, () => 'first')
    await chmod(state.clientKey, 0o644)
    const found = await ensureSecret(state.clientKey, () => 'second')
    expect([made, found]).toEqual(['first', 'first'])
    expect(await mode(state.clientKey)).toBe(0o600)
    expect(await readdir(state.dir)).toEqual(['client.key'])
  })

  it('replaces a file whole', async () => {
    await writePrivate(state.runFile, 'a longer text than the next')
    await writePrivate(state.runFile, 'short')
    expect(await readFile(state.runFile, 'utf8')).toBe('short')
    expect(await mode(state.runFile)).toBe(0o600)
  })
})

describe('acquireStateLock', () => {
  it('refuses a second gateway and names the first', async () => {
    const release = await acquireStateLock(state)
    await expect(acquireStateLock(state)).rejects.toThrow(
      new RegExp(`already runs on the state folder .*\\(pid ${process.pid}\\)[^]*--state`),
    )
    await release()
    const again = await acquireStateLock(state)
    await again()
    expect(await readdir(state.dir)).toEqual([])
  })

  it.each([
    { case: 'of a process that is gone', lock: { pid: 2 ** 22 + 1, started: '1' } },
    {
      case: 'of our own pid in an earlier life, as in a container',
      lock: { pid: process.pid, started: '1' },
    },
    { case: 'of a process that took the pid since', lock: { pid: process.ppid, started: '1' } },
    { case: 'that is cut off', lock: null },
  ])('replaces a lock $case', async ({ lock }) => {
    await writeFile(`${state.lockFile}.7`, lock === null ? '{"pid":' : JSON.stringify(lock))
    const release = await acquireStateLock(state)
    expect(await readdir(state.dir)).toEqual(['serve.lock.8'])
    expect(JSON.parse(await readFile(`${state.lockFile}.8`, 'utf8'))).toEqual({
      pid: process.pid,
      started: await processStart(process.pid),
    })
    await release()
    expect(await readdir(state.dir)).toEqual([])
  })

  it.each([
    { case: 'a free folder', left: [] },
    { case: 'a folder whose owner was killed', left: [7] },
    { case: 'a folder with several locks of the dead', left: [1, 2, 12] },
  ])('lets one of many win $case', async ({ left }) => {
    for (let round = 0; round < 25; round += 1) {
      for (const number of left) await writeFile(`${state.lockFile}.${number}`, '{"pid":1,"started":"never"}')
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => acquireStateLock(state)))
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      expect(won).toHaveLength(1)
      expect((await readdir(state.dir)).length).toBe(1)
      await won[0]!()
    }
  })
})

describe('run file', () => {
  const run: RunFile = {
    pid: process.pid,
    edgePid: 1,
    runtime: 'workerd',
    policies: '/policies',
    https: { address: '0.0.0.0', port: 8443 },
    http: null,
    admin: { address: '127.0.0.1', port: 8444 },
    startedAt: '2026-11-21T00:00:00.000Z',
  }

  it('tells of a gateway that runs', async () => {
    await writeRunFile(state, run)
    expect(await findRunning(state.dir)).toEqual(run)
  })

  it('does not take what a killed one left for a running one', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child, 'spawn')
    await writeRunFile(state, { ...run, pid: child.pid! })
    expect(await findRunning(state.dir)).not.toBeNull()
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(await findRunning(state.dir)).toBeNull()
    expect(await readRunFile(state.dir)).not.toBeNull()
  })

  it.each(['', '{"pid"'])('takes %j for no run file', async (text) => {
    await writeFile(state.runFile, text)
    expect(await findRunning(state.dir)).toBeNull()
  })
})
