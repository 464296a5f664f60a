import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type ReadLogOptions, readLog } from '../../../src/control/read-log.ts'
import type { EventLine, LogLine } from '../../../src/table/log-line.ts'

async function folderWith(files: Record<string, readonly string[]>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aicc-readlog-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, said] of Object.entries(files))
    await writeFile(join(folder, name), said.map(line).join(''))
  return folder
}

function line(message: string): string {
  const said: EventLine = { time: '', level: 'info', kind: 'event', event: 'message', message }
  return `${JSON.stringify(said)}\n`
}

const textOf = (one: LogLine): string => (one.kind === 'event' ? (one.message ?? '') : one.id)

async function read(options: Omit<ReadLogOptions, 'wanted'>): Promise<string[]> {
  const found: string[] = []
  for await (const one of readLog({ ...options, wanted: (each) => textOf(each) !== 'no' }))
    found.push(textOf(one))
  return found
}

it('gives the last lines that are wanted, over all files in order', async () => {
  const folder = await folderWith({
    'aicc-2026-11-20T00-00-00.000Z.log': ['a'],
    'aicc-2026-11-21T00-00-00.000Z.log': ['b', 'no', 'c'],
    'aicc.log': ['d', 'no', 'e'],
    'other.log': ['x'],
  })
  expect(await read({ folder, last: 3 })).toEqual(['c', 'd', 'e'])
  expect(await read({ folder, last: 100 })).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(await read({ folder, last: 0 })).toEqual([])
})

it('leaves out what a crash has cut, and is content without a folder', async () => {
  const folder = await folderWith({ 'aicc.log': ['a'] })
  await appendFile(join(folder, 'aicc.log'), `{"half\n${line('b')}{"ti`)
  expect(await read({ folder, last: 9 })).toEqual(['a', 'b'])
  expect(await read({ folder: join(folder, 'none'), last: 9 })).toEqual([])
})

it('follows the file, also into the next one', async () => {
  const folder = await folderWith({ 'aicc.log': ['a'] })
  const path = join(folder, 'aicc.log')
  const ended = new AbortController()
  const found: string[] = []
  const steps: Record<string, () => Promise<void>> = {
    a: () => appendFile(path, line('é')),
    é: async () => {
      await appendFile(path, line('c'))
      await rename(path, join(folder, 'aicc-2026-11-21T00-00-00.000Z.log'))
      await writeFile(path, line('d'))
    },
    d: () => Promise.resolve(ended.abort()),
  }
  for await (const one of readLog({ folder, last: 9, wanted: () => true, follow: ended.signal })) {
    found.push(textOf(one))
    await steps[textOf(one)]?.()
  }
  expect(found).toEqual(['a', 'é', 'c', 'd'])
})
