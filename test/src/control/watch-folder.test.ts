import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { watchFolder } from '../../../src/control/watch-folder.ts'

interface Rig {
  folder: string
  /** How often a change was told. */
  told: () => number
  stop: () => Promise<void>
}

async function rig(change: () => Promise<void> = () => Promise.resolve()): Promise<Rig> {
  const parent = await mkdtemp(join(tmpdir(), 'aicc-watch-'))
  const folder = join(parent, 'policies')
  await mkdir(join(folder, 'tests'), { recursive: true })
  await writeFile(join(folder, 'policy.yaml'), 'models: {}\n')
  let told = 0
  const stop = await watchFolder({
    folder,
    onChange: () => {
      told += 1
      return change()
    },
    lookEveryMs: 50,
  })
  onTestFinished(async () => {
    await stop()
    await rm(parent, { recursive: true })
  })
  return { folder, told: () => told, stop }
}

/** Far longer than a change takes to be told. */
const QUIET_MS = 400

describe('watchFolder', () => {
  it.each([
    { how: 'in place', edit: (dir: string) => writeFile(join(dir, 'policy.yaml'), 'models: { a: {} }\n') },
    {
      how: 'by renaming a new file over it, as editors do',
      edit: async (dir: string) => {
        await writeFile(join(dir, '.policy.yaml.swp'), 'models: {}\n')
        await rename(join(dir, '.policy.yaml.swp'), join(dir, 'policy.yaml'))
      },
    },
    {
      how: 'by adding a file in a folder below',
      edit: (dir: string) => writeFile(join(dir, 'tests/a.yaml'), ''),
    },
    {
      how: 'by adding a folder with a pack in it',
      edit: async (dir: string) => {
        await mkdir(join(dir, 'detectors'))
        await writeFile(join(dir, 'detectors/staff.yaml'), 'detectors: []\n')
      },
    },
    { how: 'by removing a file', edit: (dir: string) => rm(join(dir, 'policy.yaml')) },
    {
      how: 'by replacing the whole folder, as a checkout does',
      edit: async (dir: string) => {
        await cp(dir, `${dir}.new`, { recursive: true })
        await rename(dir, `${dir}.old`)
        await rename(`${dir}.new`, dir)
      },
    },
  ])('tells a change made $how, and the one after it', async ({ edit }) => {
    const { folder, told } = await rig()
    await edit(folder)
    await expect.poll(told, { timeout: 5000 }).toBe(1)
    await writeFile(join(folder, 'clients.yaml'), 'clients: {}\n')
    await expect.poll(told, { timeout: 5000 }).toBe(2)
  })

  it('tells nothing of what an editor keeps beside an open file', async () => {
    const { folder, told } = await rig()
    for (const name of ['.policy.yaml.swp', 'policy.yaml~', '#policy.yaml#', 'tests/.a.yaml.swp']) {
      await writeFile(join(folder, name), 'x')
    }
    await sleep(QUIET_MS)
    expect(told()).toBe(0)
  })

  it('tells nothing of a folder that is only read', async () => {
    const { folder, told } = await rig()
    await cp(folder, `${folder}.copy`, { recursive: true })
    await sleep(QUIET_MS)
    expect(told()).toBe(0)
  })

  it('waits for a call to end, and then tells what changed meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const { folder, told } = await rig(() => gate.promise)
    await writeFile(join(folder, 'policy.yaml'), 'models: { first: {} }\n')
    await expect.poll(told, { timeout: 5000 }).toBe(1)
    await writeFile(join(folder, 'policy.yaml'), 'models: { second: {} }\n')
    await sleep(QUIET_MS)
    expect(told()).toBe(1)
    gate.resolve()
    await expect.poll(told, { timeout: 5000 }).toBe(2)
  })

  it('tells nothing any more once it is stopped', async () => {
    const { folder, told, stop } = await rig()
    await stop()
    await writeFile(join(folder, 'policy.yaml'), 'models: { late: {} }\n')
    await sleep(QUIET_MS)
    expect(told()).toBe(0)
  })

  it('finds a folder that comes into being later', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'aicc-watch-'))
    let told = 0
    const folder = join(parent, 'later')
    const onChange = (): Promise<void> => {
      told += 1
      return Promise.resolve()
    }
    const stop = await watchFolder({ folder, onChange, lookEveryMs: 50 })
    onTestFinished(async () => {
      await stop()
      await rm(parent, { recursive: true })
    })
    await mkdir(folder)
    await writeFile(join(folder, 'policy.yaml'), '')
    await expect.poll(() => told, { timeout: 5000 }).toBe(1)
  })
})
