import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const CLI = join(import.meta.dirname, '../../../compiler/commands/cli.ts')

it('ends quietly when nobody reads what it writes', async () => {
  const child = spawn(process.execPath, [CLI, 'migrate', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [said, [code]] = await Promise.all([child.stderr.toArray(), once(child, 'exit')])
  expect([said.join(''), code]).toEqual(['', 0])
})
