/**
 * The connections of requests in flight, by the peer's `address:port`.
 *
 * workerd reads a client's FIN only when its handler has ended, so a client that leaves while the backend
 * is silent goes unnoticed (its sockets sit in CLOSE-WAIT). The control process looks at the system's
 * table of connections and says which peers are gone.
 */
export interface Peers {
  /** @returns forget */
  add: (peer: string, act: () => void) => () => void
  /** Those whose request has been in flight for a while: a look at the system's table costs as much as many requests. */
  list: () => string[]
  gone: (peers: readonly string[]) => void
}

/** Most answers that are not streamed, and that no model has to think about, have come by then. */
const OLD_MS = 100

export function createPeers(): Peers {
  /** By peer what tells its requests, and since when (Unix ms) they are in flight. */
  const waiting = new Map<string, Map<() => void, number>>()
  return {
    add(peer, act) {
      // A promise carries the call back into the request's own context, where it may touch its streams.
      let leave = (): void => {}
      const left = new Promise<void>((resolve) => {
        leave = resolve
      })
      void left.then(act)
      const acts = waiting.get(peer) ?? new Map<() => void, number>()
      waiting.set(peer, acts.set(leave, Date.now()))
      return () => {
        acts.delete(leave)
        if (acts.size === 0 && waiting.get(peer) === acts) waiting.delete(peer)
      }
    },
    list() {
      const old = Date.now() - OLD_MS
      const peers: string[] = []
      for (const [peer, acts] of waiting) {
        for (const since of acts.values()) {
          if (since > old) continue
          peers.push(peer)
          break
        }
      }
      return peers
    },
    gone(peers) {
      for (const peer of peers) for (const leave of waiting.get(peer)?.keys() ?? []) leave()
    },
  }
}
