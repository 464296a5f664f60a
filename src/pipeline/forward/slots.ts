/**
 * Places at backends that work on a few requests only. Who finds none may wait in line: first come, first served within
 * a client, and clients take turns, so that nobody's thousand requests stand before another's one. A place is a lease: it
 * comes back on every way out, and by itself should a request ever be lost.
 *
 * Kept in module memory. A place passes from one request to another by a promise, which is kept in the context of the
 * request that waits: workerd lets no request touch another's timers and streams.
 */
import { lookup } from '../../table/lookup.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { SlotCounts, SlotPolicy } from '../../table/slot-policy.ts'
import { createSteadyClock } from './steady-clock.ts'

/** A place at a backend. */
export interface Slot {
  backend: string
  /** Gives it back; more than once does nothing more. */
  release: () => void
}

export interface WaitOptions {
  client: string
  /** For how long it is held at most. */
  ttlMs: number
  /** Ends the wait. */
  signal: AbortSignal
}

export interface Slots {
  /** A place at it, if one is free. A backend that takes any number has always one. */
  take: (table: RouteTable, backend: string, ttlMs: number) => Slot | null
  /**
   * Waits in the lines of all of them for the first place that is free.
   * @returns null at once when no line has room, and in the end when it has waited for so long as the policy lets it
   * @throws the signal's reason
   */
  wait: (table: RouteTable, backends: readonly string[], options: WaitOptions) => Promise<Slot | null> | null
  /** By their recent pace: in how many ms whoever came last would have a place at one of them. */
  expectedWaitMs: (backends: readonly string[]) => number
  /** Of backends that have been asked and work on so many at once. */
  counts: () => Record<string, SlotCounts>
}

/** How much the last request that ended counts for the pace. */
const NEWEST = 0.3

/** What is taken for the time of a request where none has ended yet. */
const UNKNOWN_MS = 1000

interface Held {
  since: number
  expiresAt: number
}

interface Waiter {
  client: string
  ttlMs: number
  lines: readonly Place[]
  give: (slot: Slot | null) => void
}

/** A backend with its places, and those who wait for one. */
interface Place {
  backend: string
  count: number
  held: Set<Held>
  /** By client, whose turn it is first; within a client in the order in which they came. */
  waiters: Map<string, Set<Waiter>>
  waiting: number
  /** Moving average of how long a place is held, in ms; null = none came back yet. */
  heldMs: number | null
}

/** @param now ms */
export function createSlots(now: () => number = Date.now): Slots {
  const clock = createSteadyClock(now)
  const places = new Map<string, Place>()

  const placeOf = (backend: string, { count }: SlotPolicy): Place => {
    const place = places.get(backend) ?? {
      backend,
      count,
      held: new Set(),
      waiters: new Map(),
      waiting: 0,
      heldMs: null,
    }
    places.set(backend, place)
    place.count = count
    serve(place)
    return place
  }
  const hold = (place: Place, ttlMs: number): Slot => {
    const since = clock()
    const held: Held = { since, expiresAt: since + ttlMs }
    place.held.add(held)
    return {
      backend: place.backend,
      release() {
        if (!place.held.delete(held)) return
        const took = clock() - since
        place.heldMs = place.heldMs === null ? took : place.heldMs * (1 - NEWEST) + took * NEWEST
        serve(place)
      },
    }
  }
  /** Gives what is free to those whose turn it is. */
  const serve = (place: Place): void => {
    if (place.held.size >= place.count) forgetLost(place, clock())
    while (place.waiting > 0 && place.held.size < place.count) {
      const waiter = nextOf(place)
      leave(waiter)
      waiter.give(hold(place, waiter.ttlMs))
    }
  }

  const waitIn = async (
    lines: readonly Place[],
    longestMs: number,
    { client, ttlMs, signal }: WaitOptions,
  ): Promise<Slot | null> => {
    if (signal.aborted) throw signal.reason
    let give: Waiter['give'] = () => {}
    const given = new Promise<Slot | null>((resolve) => {
      give = resolve
    })
    const waiter: Waiter = { client, ttlMs, lines, give }
    const giveUp = (): void => {
      leave(waiter)
      give(null)
    }
    for (const place of lines) join(place, waiter)
    for (const place of lines) serve(place)
    signal.addEventListener('abort', giveUp)
    const timer = setTimeout(giveUp, longestMs)
    const slot = await given
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    if (signal.aborted) {
      slot?.release()
      throw signal.reason
    }
    return slot
  }

  return {
    take(table, backend, ttlMs) {
      const policy = lookup(table.backends, backend)?.slots ?? null
      if (policy === null) return { backend, release: () => {} }
      const place = placeOf(backend, policy)
      return place.held.size < place.count ? hold(place, ttlMs) : null
    },
    wait(table, backends, options) {
      const lines: Place[] = []
      let longestMs = 0
      for (const backend of new Set(backends)) {
        const policy = lookup(table.backends, backend)?.slots ?? null
        if (policy === null) continue
        const place = placeOf(backend, policy)
        if (place.waiting >= policy.queueSize) continue
        lines.push(place)
        longestMs = Math.max(longestMs, policy.queueWaitMs)
      }
      return lines.length === 0 ? null : waitIn(lines, longestMs, options)
    },
    expectedWaitMs(backends) {
      const waits = backends.map((backend) => {
        const place = places.get(backend)
        if (place === undefined) return 0
        return ((place.waiting + 1) * (place.heldMs ?? UNKNOWN_MS)) / place.count
      })
      return Math.min(...waits)
    },
    counts: () =>
      Object.fromEntries(
        Array.from(places.values(), ({ backend, count, held, waiting }) => [
          backend,
          { count, busy: held.size, waiting },
        ]),
      ),
  }
}

/** Requests end long before: only what was lost is still there. */
function forgetLost({ held }: Place, at: number): void {
  for (const one of held) if (one.expiresAt <= at) held.delete(one)
}

function join(place: Place, waiter: Waiter): void {
  const own = place.waiters.get(waiter.client) ?? new Set()
  place.waiters.set(waiter.client, own.add(waiter))
  place.waiting += 1
}

/** Leaves all lines that it stands in. */
function leave(waiter: Waiter): void {
  for (const place of waiter.lines) {
    const own = place.waiters.get(waiter.client)
    if (own?.delete(waiter) !== true) continue
    place.waiting -= 1
    if (own.size === 0) place.waiters.delete(waiter.client)
  }
}

/** The first of the client whose turn it is; its others come after all other clients. Somebody waits. */
function nextOf({ waiters }: Place): Waiter {
  for (const [client, own] of waiters) {
    waiters.delete(client)
    waiters.set(client, own)
    for (const waiter of own) return waiter
  }
  throw new Error('nobody waits')
}
