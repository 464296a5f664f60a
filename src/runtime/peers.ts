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
  list: () => string[]
  gone: (peers: readonly string[]) => void
}

export function createPeers(): Peers {
  const waiting = new Map<string, Set<() => void>>()
  return {
    add(peer, act) {
      // A promise carries the call back into the request's own context, where it may touch its streams.
      let leave = (): void => {}
      const left = new Promise<void>((resolve) => {
        leave = resolve
      })
      void left.then(act)
      const acts = waiting.get(peer) ?? new Set()
      waiting.set(peer, acts.add(leave))
      return () => {
        acts.delete(leave)
        if (acts.size === 0 && waiting.get(peer) === acts) waiting.delete(peer)
      }
    },
    list: () => [...waiting.keys()],
    gone(peers) {
      for (const peer of peers) for (const leave of waiting.get(peer) ?? []) leave()
    },
  }
}
