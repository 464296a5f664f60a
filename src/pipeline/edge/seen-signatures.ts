/**
 * Signatures that have been used, each for as long as its timestamp is accepted. Only right ones come here, so that
 * nobody but a client itself can fill its memory. Kept in module memory: it outlives a reload, not the edge.
 */

/** Per client; about 10 MB. Who is beyond it is refused, for to forget one would be to let it be used again. */
const MOST_PER_CLIENT = 50_000

/** They are forgotten together, by minutes. */
const SLOT_MS = 60_000

export interface UsedSignature {
  client: string
  signature: string
  /** Its timestamp, Unix ms. */
  signedAt: number
  windowMs: number
  /** Unix ms. */
  now: number
}

export interface SeenSignatures {
  /** Remembers it. `seen` and `full` change nothing. */
  add: (used: UsedSignature) => 'new' | 'seen' | 'full'
}

interface Used {
  /** By minute of the timestamp. */
  slots: Map<number, Set<string>>
  /** Unix ms: of what was signed before, nobody knows any more whether it was used. A reload may make the window longer. */
  forgottenUntil: number
}

/** @param most signatures of one client */
export function createSeenSignatures(most: number = MOST_PER_CLIENT): SeenSignatures {
  const clients = new Map<string, Used>()
  return {
    add({ client, signature, signedAt, windowMs, now }) {
      const used = clients.get(client) ?? { slots: new Map(), forgottenUntil: 0 }
      clients.set(client, used)
      const { slots } = used
      const number = Math.floor(signedAt / SLOT_MS)
      const slot = slots.get(number) ?? new Set()
      if (slot.has(signature) || signedAt < used.forgottenUntil) return 'seen'
      for (const old of slots.keys()) {
        const end = (old + 1) * SLOT_MS
        if (end + windowMs >= now) continue
        slots.delete(old)
        used.forgottenUntil = Math.max(used.forgottenUntil, end)
      }
      let count = 0
      for (const { size } of slots.values()) count += size
      if (count >= most) return 'full'
      slot.add(signature)
      slots.set(number, slot)
      return 'new'
    },
  }
}
