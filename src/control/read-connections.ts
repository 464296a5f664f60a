/**
 * The peers of established TCP connections to some listeners, as `address:port`, IPv6 in brackets. Only to
 * these: the system gives one port to several connections when their other ends differ.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import type { Listener } from './run-file.ts'

/** `st` of /proc/net/tcp for a connection that both sides hold open. */
const ESTABLISHED = '01'

/** @returns null where the system has no such table that we can read */
export async function readConnections(listeners: readonly Listener[]): Promise<Set<string> | null> {
  const ports = new Set(listeners.map(({ port }) => port))
  if (process.platform === 'linux') return readProc(listeners, ports)
  if (process.platform === 'darwin') return readNetstat(ports)
  return null
}

async function readProc(
  listeners: readonly Listener[],
  ports: ReadonlySet<number>,
): Promise<Set<string> | null> {
  // The kernel walks all its connections for each of them, which takes milliseconds. What listens on IPv6 has its IPv4
  // clients in that table too.
  const families = new Set(listeners.map(({ address }) => isIP(address)))
  const files = [
    ...(families.has(4) || families.has(0) ? ['/proc/net/tcp'] : []),
    ...(families.has(6) || families.has(0) ? ['/proc/net/tcp6'] : []),
  ]
  const tables = await Promise.all(files.map(readTable))
  // Half a table would show every client of the other half as gone.
  if (tables.includes(null)) return null
  return parseProcTables(tables.filter((table) => table !== null).join('\n'), ports)
}

/** @returns null when it cannot be read; a system without IPv6 has an empty table */
async function readTable(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'latin1')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && file.endsWith('6') ? '' : null
  }
}

/** @param text lines of /proc/net/tcp and tcp6: `sl local remote st …`, addresses as hex words in host order */
export function parseProcTables(text: string, ports: ReadonlySet<number>): Set<string> {
  const peers = new Set<string>()
  for (const line of text.split('\n')) {
    const [, local = '', remote, state] = line.trim().split(/\s+/)
    if (state !== ESTABLISHED || remote === undefined) continue
    if (!ports.has(Number.parseInt(local.slice(-4), 16))) continue
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
async function readNetstat(ports: ReadonlySet<number>): Promise<Set<string> | null> {
  const result = await promisify(execFile)('netstat', ['-anp', 'tcp'], { timeout: 2000 }).catch(() => null)
  return result === null ? null : parseNetstat(result.stdout, ports)
}

export function parseNetstat(text: string, ports: ReadonlySet<number>): Set<string> {
  const peers = new Set<string>()
  for (const line of text.split('\n')) {
    const [protocol, , , local = '', remote, state] = line.trim().split(/\s+/)
    const match = /^(.+)\.(\d+)$/.exec(remote ?? '')
    if (state !== 'ESTABLISHED' || match === null) continue
    if (!ports.has(Number(local.slice(local.lastIndexOf('.') + 1)))) continue
    const [, address = '', port = ''] = match
    const host = protocol === 'tcp6' ? `[${address.replace(/%.*$/, '')}]` : address
    peers.add(`${host}:${port}`)
  }
  return peers
}
