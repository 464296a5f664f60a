/** The peers of all established TCP connections of this machine, as `address:port`, IPv6 in brackets. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** `st` of /proc/net/tcp for a connection that both sides hold open. */
const ESTABLISHED = '01'

/** @returns null where the system has no such table that we can read */
export async function readConnections(): Promise<Set<string> | null> {
  if (process.platform === 'linux') return readProc()
  if (process.platform === 'darwin') return readNetstat()
  return null
}

async function readProc(): Promise<Set<string> | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'latin1').catch(() => null)),
  )
  if (tables[0] === null) return null
  return parseProcTables(tables.filter((table) => table !== null).join('\n'))
}

/** @param text lines of /proc/net/tcp and tcp6: `sl local remote st …`, addresses as hex words in host order */
export function parseProcTables(text: string): Set<string> {
  const peers = new Set<string>()
  for (const line of text.split('\n')) {
    const [, , remote, state] = line.trim().split(/\s+/)
    if (state !== ESTABLISHED || remote === undefined) continue
    const [address = '', port = ''] = remote.split(':')
    peers.add(`${decodeAddress(address)}:${Number.parseInt(port, 16)}`)
  }
  return peers
}

function decodeAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].toReversed())
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255
  if (bytes.length === 4 || mapped) return bytes.slice(-4).join('.')
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((bytes[i * 2] ?? 0) * 256 + (bytes[i * 2 + 1] ?? 0)).toString(16),
  )
  // URL's own canonical form (RFC 5952), as workerd prints it.
  return new URL(`http://[${groups.join(':')}]`).hostname
}

/** macOS: `tcp4 0 0 127.0.0.1.8443 127.0.0.1.50412 ESTABLISHED`; the port follows the last dot. */
async function readNetstat(): Promise<Set<string> | null> {
  const result = await promisify(execFile)('netstat', ['-anp', 'tcp'], { timeout: 2000 }).catch(() => null)
  return result === null ? null : parseNetstat(result.stdout)
}

export function parseNetstat(text: string): Set<string> {
  const peers = new Set<string>()
  for (const line of text.split('\n')) {
    const [protocol, , , , remote, state] = line.trim().split(/\s+/)
    const match = /^(.+)\.(\d+)$/.exec(remote ?? '')
    if (state !== 'ESTABLISHED' || match === null) continue
    const [, address = '', port = ''] = match
    const host = protocol === 'tcp6' ? `[${address.replace(/%.*$/, '')}]` : address
    peers.add(`${host}:${port}`)
  }
  return peers
}
