import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRows } from './read-rows.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aicc-eval-'))
})
afterAll(() => rm(folder, { recursive: true }))

const ROW = { id: 'a', text: 'one\u2028two', source: 'here', label: 1 }
const LINE = `${JSON.stringify(ROW)}\n`

describe('readRows', () => {
  it.each(['plain.jsonl', 'split.dev.jsonl'])('reads %s', async (file) => {
    await writeFile(join(folder, file), LINE + LINE)
    expect(await readRows(folder, file.split('.')[0] ?? '')).toEqual([ROW, ROW])
  })

  it('reads a zipped file', async () => {
    await writeFile(join(folder, 'zipped.test.jsonl.gz'), gzipSync(LINE))
    expect(await readRows(folder, 'zipped')).toEqual([ROW])
  })

  it('names the row that is none', async () => {
    await writeFile(join(folder, 'broken.jsonl'), `${LINE}{"id":1}\n`)
    await expect(readRows(folder, 'broken')).rejects.toThrow('broken.jsonl:2 has no id, text and source')
  })

  it('says what is missing', async () => {
    await expect(readRows(folder, 'absent')).rejects.toThrow('holds no absent.jsonl')
    await expect(readRows(join(folder, 'nowhere'), 'absent')).rejects.toThrow('there is no folder')
  })
})
