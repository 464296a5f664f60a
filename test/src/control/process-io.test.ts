import { openSync, writeSync } from 'node:fs'
import { expect, it } from 'vitest'
import { processIo } from '../../../src/control/process-io.ts'

it.runIf(process.platform === 'linux')('changes when the process writes', () => {
  const before = processIo(process.pid)
  writeSync(openSync('/dev/null', 'w'), 'x')
  expect(before).toMatch(/^syscr: \d+,syscw: \d+$/)
  expect(processIo(process.pid)).not.toBe(before)
})

it('knows nothing of a process that is not there', () => {
  expect(processIo(2 ** 30)).toBeNull()
})
