import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createRotatingFile } from '../../../src/adapters/node/rotating-file.ts'

const HOUR = 3_600_000

function rig(): { folder: string; append: (text: string, laterMs?: number) => void; files: () => string[] } {
  const root = mkdtempSync(join(tmpdir(), 'aicc-log-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'logs')
  const file = createRotatingFile({ folder, name: 'aicc', maxBytes: 20, maxAgeMs: HOUR, keep: 2 })
  const start = Date.now()
  return {
    folder,
    append: (text, laterMs = 0) => file.append(text, start + laterMs),
    files: () =>
      readdirSync(folder)
        .toSorted()
        .map((name) => readFileSync(join(folder, name), 'utf8')),
  }
}

it('appends for its owner alone', () => {
  const { folder, append, files } = rig()
  append('a\n')
  append('b\n')
  expect(files()).toEqual(['a\nb\n'])
  expect([folder, join(folder, 'aicc.log')].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o600,
  ])
})

it('is put aside before it is too large, and when it is too old; the oldest go', () => {
  const { append, files } = rig()
  append('0123456789\n')
  append('0123456789\n', 1)
  expect(files()).toEqual(['0123456789\n', '0123456789\n'])
  append('old\n', 2 * HOUR)
  append('x'.repeat(30), 3 * HOUR + 1)
  append('last\n', 3 * HOUR + 2)
  // Two that were put aside, and what is written now.
  expect(files()).toEqual(['old\n', 'x'.repeat(30), 'last\n'])
})

it('takes what is larger than a whole file, and puts none aside that is empty', () => {
  const { append, files } = rig()
  append('x'.repeat(30))
  expect(files()).toEqual(['x'.repeat(30)])
})

it('goes on with the file that it finds', () => {
  const { folder, append, files } = rig()
  append('a\n')
  createRotatingFile({ folder, name: 'aicc', maxBytes: 20, maxAgeMs: HOUR, keep: 2 }).append(
    'b\n',
    Date.now(),
  )
  expect(files()).toEqual(['a\nb\n'])
})

it('makes it anew when somebody took the folder away, after one failure', () => {
  const { folder, append, files } = rig()
  append('a\n')
  rmSync(folder, { recursive: true })
  expect(() => append('lost\n')).toThrow('ENOENT')
  append('b\n')
  expect(files()).toEqual(['b\n'])
})
