/**
 * The control process's part in counting together with other nodes: it asks Redis for the edges, and tells it of
 * requests that have ended, so that what was let in while Redis was away is counted when it is back.
 */
import type { SharedLedger } from '../ports.ts'
import type { Finished } from '../table/usage-book.ts'

export interface SharedConnection {
  ledger: SharedLedger
  close: () => void
}

/** Which Redis, and under which prefix. */
export interface SharedPlace {
  url: string
  prefix: string
}

export interface SharedStateOptions {
  /** By the policy in force; null = nothing is shared. */
  place: () => SharedPlace | null
  connect: (place: SharedPlace) => SharedConnection
  log: (line: string) => void
}

export interface SharedStateControl {
  /** The ledger that the policy in force names; null = it names none. */
  ledger: () => SharedLedger | null
  /** Tells of requests that have ended; what cannot be told is told later. */
  finish: (finished: readonly Finished[]) => void
  close: () => void
}

const MOST_WAITING = 10_000
const TELL_AGAIN_MS = 1000

export function createSharedState({ place, connect, log }: SharedStateOptions): SharedStateControl {
  let connected: { place: SharedPlace; connection: SharedConnection } | null = null
  const waiting = new Map<string, Finished>()
  let telling = false
  let timer: NodeJS.Timeout | null = null
  let full = false

  const ledger = (): SharedLedger | null => {
    const wanted = place()
    const present = connected?.place
    if (present?.url !== wanted?.url || present?.prefix !== wanted?.prefix) {
      connected?.connection.close()
      connected = wanted && { place: wanted, connection: connect(wanted) }
    }
    return connected?.connection.ledger ?? null
  }
  const tell = async (): Promise<void> => {
    telling = true
    while (waiting.size > 0) {
      const some = [...waiting.values()]
      try {
        await ledger()?.finish(some)
      } catch {
        timer = setTimeout(() => void tell(), TELL_AGAIN_MS)
        timer.unref()
        return
      }
      full = false
      for (const { id } of some) waiting.delete(id)
    }
    telling = false
  }
  return {
    ledger,
    finish(finished) {
      if (ledger() === null) return
      for (const one of finished) {
        if (waiting.size < MOST_WAITING) waiting.set(one.id, one)
        else if (!full) {
          full = true
          log(`more than ${MOST_WAITING} requests wait for Redis: what others used is not counted there`)
        }
      }
      if (!telling) void tell()
    },
    close() {
      if (timer !== null) clearTimeout(timer)
      waiting.clear()
      connected?.connection.close()
      connected = null
    },
  }
}
