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

/** A request in flight. */
interface Waiting {
  peer: string
  /** Unix ms. */
  since: number
  /** Tells it that its client has gone. */
  leave: () => void
}

export function createPeers(): Peers {
  const waiting = new Set<Waiting>()
  return {
    add(peer, act) {
      // A promise carries the call back into the request's own context, where it may touch its streams.
      const { promise: left, resolve: leave } = Promise.withResolvers<void>()
      void left.then(act)
      const request = { peer, since: Date.now(), leave }
      waiting.add(request)
      return () => waiting.delete(request)
    },
    list() {
      const old = Date.now() - OLD_MS
      const peers = new Set<string>()
      for (const { peer, since } of waiting) if (since <= old) peers.add(peer)
      return [...peers]
    },
    gone(peers) {
      const gone = new Set(peers)
      for (const { peer, leave } of waiting) if (gone.has(peer)) leave()
    },
  }
}
