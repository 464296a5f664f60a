/**
 * Tells an edge on workerd which of its clients have gone away. workerd does not look at a client's
 * connection while its handler runs, so the control process reads the system's table of connections
 * instead: only while requests are in flight, and off the hot path.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { readConnections } from './read-connections.ts'
import type { Listener } from './run-file.ts'

/** An upstream is to see its client go within a second; two looks, and the one before, fit into it. */
const BUSY_MS = 150
/** With nothing in flight there is nothing to look up, but a request may begin and end its client at once. */
const IDLE_MS = 400

export interface WatchedEdge {
  /** Where its clients connect. */
  listeners: readonly Listener[]
  /** Peers (`address:port`) of requests in flight. */
  peers: () => Promise<string[]>
  gone: (peers: string[]) => Promise<void>
}

/** Runs until aborted. An edge that does not answer is asked again: its supervisor deals with it. */
export async function watchClients(edge: WatchedEdge, signal: AbortSignal): Promise<void> {
  // The system's table is no snapshot: a connection may slip through one look, so a peer is gone after two.
  let missing = new Set<string>()
  while (!signal.aborted) {
    const look = await tellGone(edge, missing).catch(() => null)
    missing = look ?? new Set()
    const busy = look !== null
    await sleep(busy ? BUSY_MS : IDLE_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}

/** @returns peers that were missing in this look; null when nothing is in flight or nothing can be seen */
async function tellGone(edge: WatchedEdge, before: ReadonlySet<string>): Promise<Set<string> | null> {
  const peers = await edge.peers()
  if (peers.length === 0) return null
  const open = await readConnections(edge.listeners)
  if (open === null) return null
  const missing = peers.filter((peer) => peer !== 'unknown' && !open.has(canonicalPeer(peer)))
  const gone = missing.filter((peer) => before.has(peer))
  if (gone.length > 0) await edge.gone(gone)
  return new Set(missing)
}

/** One spelling per peer: mapped IPv4 as IPv4, IPv6 as RFC 5952 has it, without the scope of a link-local address. */
export function canonicalPeer(peer: string): string {
  const [, address = '', port = ''] = /^\[([^\]%]+)(?:%[^\]]*)?\](:\d+)$/.exec(peer.toLowerCase()) ?? []
  if (address === '') return peer
  const mapped = /^::ffff:([0-9.]+)$/.exec(address)?.[1]
  return `${mapped ?? new URL(`http://[${address}]`).hostname}${port}`
}
