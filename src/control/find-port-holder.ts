/**
 * Who listens on a port: so that "address in use" can name the one to blame.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'
import { processCommand } from './process-identity.ts'

/** State of a listening socket in /proc/net/tcp. */
const LISTENING = '0A'

/** `pid 123 (command)`, or null when the system does not tell (another user's process, say). */
export async function findPortHolder(port: number): Promise<string | null> {
  const pid = process.platform === 'linux' ? await findOnLinux(port) : await findWithLsof(port)
  if (pid === null) return null
  const command = await processCommand(pid)
  return command === null ? `pid ${pid}` : `pid ${pid} (${command.slice(0, 160)})`
}

async function findOnLinux(port: number): Promise<number | null> {
  const inodes = await listeningInodes(port)
  if (inodes.size === 0) return null
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const fd of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      if (inodes.has(target)) return Number(pid)
    }
  }
  return null
}

/** As descriptors name them: `socket:[inode]`. */
async function listeningInodes(port: number): Promise<Set<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  )
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/))
  return new Set(
    rows
      .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTENING)
      .map((fields) => `socket:[${fields[9]}]`),
  )
}

async function findWithLsof(port: number): Promise<number | null> {
  try {
    const args = ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN']
    const { stdout } = await promisify(execFile)('lsof', args, { timeout: 5000 })
    return Number.parseInt(stdout, 10) || null
  } catch {
    return null
  }
}
