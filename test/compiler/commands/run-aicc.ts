/**
 * Runs the `aicc` command: in a process of its own, as people do, or in this one, which is ten times as fast.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { vi } from 'vitest'
import { run } from '../../../compiler/commands/cli.ts'

const CLI = join(import.meta.dirname, '../../../compiler/commands/cli.ts')

export interface AiccRun {
  code: number
  stdout: string
  stderr: string
}

export interface AiccOptions {
  cwd: string
  env?: Record<string, string>
}

export function spawnAicc(args: readonly string[], { cwd, env = {} }: AiccOptions): Promise<AiccRun> {
  return new Promise((resolve) => {
    const own = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env }
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd, env: own, timeout: 20_000 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr })
      },
    )
  })
}

/** One at a time: it changes the working directory and listens to the console. */
export async function runAicc(args: readonly string[], { cwd }: { cwd: string }): Promise<AiccRun> {
  const before = process.cwd()
  const written = { stdout: '', stderr: '' }
  const take =
    (stream: keyof typeof written, end = '') =>
    (text: unknown): boolean => {
      written[stream] += `${String(text)}${end}`
      return true
    }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(take('stderr')),
    vi.spyOn(console, 'log').mockImplementation(take('stdout', '\n')),
    vi.spyOn(console, 'error').mockImplementation(take('stderr', '\n')),
  ]
  try {
    process.chdir(cwd)
    return { code: await run(args), ...written }
  } finally {
    process.chdir(before)
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
  }
}
