/**
 * Tells an edge on workerd which of its clients have gone away. workerd does not look at a client's
 * connection while its handler runs, so the control process reads the system's table of connections
 * instead: only while requests are in flight, and off the hot path.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { readConnections } from './read-connections.ts'

/** An upstream is to see its client go within a second; two looks fit into it. */
const BUSY_MS = 300
/** With nothing in flight there is nothing to look up, but a request may begin and end its client at once. */
const IDLE_MS = 500

export interface WatchedEdge {
  /** Local ports on which its clients connect. */
  ports: ReadonlySet<number>
  /** Peers (`address:port`) of requests in flight. */
  peers: () => Promise<string[]>
  gone: (peers: string[]) => Promise<void>
}

/** Runs until aborted. An edge that does not answer is asked again: its supervisor deals with it. */
export async function watchClients(edge: WatchedEdge, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const busy = await tellGone(edge).catch(() => false)
    await sleep(busy ? BUSY_MS : IDLE_MS, undefined, { signal, ref: false }).catch(() => {})
  }
}

/** @returns whether requests are in flight */
async function tellGone(edge: WatchedEdge): Promise<boolean> {
  const peers = await edge.peers()
  if (peers.length === 0) return false
  const open = await readConnections(edge.ports)
  if (open === null) return false
  const gone = peers.filter((peer) => peer !== 'unknown' && !open.has(canonicalPeer(peer)))
  if (gone.length > 0) await edge.gone(gone)
  return true
}

/** `[::ffff:192.0.2.1]:80` and `192.0.2.1:80` are one peer. */
export function canonicalPeer(peer: string): string {
  return peer.toLowerCase().replace(/^\[::ffff:([0-9.]+)\]/, '$1')
}
