/**
 * Tells processes apart beyond their pid, which the system hands out again (in a container soon, and to us).
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** When the process started, in the system's own notation; null when there is no such process. */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
    // The command name, in brackets, may hold spaces and brackets; start time is the 20th field after it.
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  }
  return ps(pid, 'lstart=')
}

/** The command line of a process, null when it cannot be read. */
export async function processCommand(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return line.replaceAll('\0', ' ').trim() || null
  }
  return ps(pid, 'command=')
}

/** All processes whose command line can be read. */
export async function listProcesses(): Promise<{ pid: number; command: string }[]> {
  if (process.platform !== 'linux') return listWithPs()
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const all = await Promise.all(
    pids.map(async (pid) => ({ pid, command: (await processCommand(pid)) ?? '' })),
  )
  return all.filter(({ command }) => command !== '')
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function listWithPs(): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,command='], { timeout: 5000, maxBuffer: 16 * 1024 ** 2 })
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.+)$/.exec(line) ?? []
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command: command.trim() }]
  })
}

async function ps(pid: number, column: string): Promise<string | null> {
  try {
    const { stdout } = await run('ps', ['-p', String(pid), '-o', column], { timeout: 5000 })
    return stdout.trim() || null
  } catch {
    return null
  }
}
