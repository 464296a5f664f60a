/**
 * The ledger as an edge sees it: its own memory, or, where several nodes count together, the shared one, with what the
 * policy declares for the time in which that cannot be asked. It never rejects and never waits longer than the shared
 * one's deadline.
 */
import type { Ledger, Ports, SharedLedger } from '../ports.ts'
import type { Charge, Reservation, Standing, Verdict } from '../table/charges.ts'
import type { SharedState } from '../table/shared-state.ts'
import type { MemoryLedger } from './memory-ledger.ts'

export interface SharedLedgerOptions {
  local: MemoryLedger
  /** Rejects when it gets no answer in time. */
  remote: Omit<SharedLedger, 'finish'>
  /** Of the table in force; null = nothing is shared. */
  state: () => SharedState | null
  defer: Ports['defer']
}

/** So many calls in a row without an answer, and for a while nobody is asked. */
const TRIPS_AT = 3
const OPEN_FIRST_MS = 1000
const OPEN_MOST_MS = 10_000
/** What a client is told that is refused for want of an answer. */
const RETRY_MS = 1000

const USE = { rate: 'limits', budget: 'budgets', lease: 'leases' } as const

export interface EdgeLedger extends Ledger {
  /**
   * What is used of budgets, reservations included.
   * @throws when it lies elsewhere and nobody answers
   */
  used: (budgets: readonly Extract<Charge, { kind: 'budget' }>[], now: number) => Promise<number[]>
}

export function createSharedLedger({ local, remote, state, defer }: SharedLedgerOptions): EdgeLedger {
  const breaker = createBreaker()
  const reserveThere = async (reservation: Reservation, shared: SharedState): Promise<Verdict> => {
    const { id, now } = reservation
    if (!breaker.allows(now)) return reserveWithout(reservation, { shared, local })
    try {
      const verdict = await remote.reserve(reservation)
      breaker.succeeded()
      return verdict
    } catch {
      breaker.failed(now)
      // Its answer is late, and what it says nobody reads any more.
      defer(remote.cancel(id).catch(() => {}))
      return reserveWithout(reservation, { shared, local })
    }
  }
  return {
    look(charges, now) {
      return state() === null ? local.look(charges, now) : null
    },
    reserve(reservation) {
      const shared = state()
      return shared === null ? local.reserve(reservation) : reserveThere(reservation, shared)
    },
    async used(budgets, now) {
      if (state() === null) {
        const counted = local.save().budgets
        return budgets.map(({ key, period }) => counted[key]?.[period.name]?.used ?? 0)
      }
      const charges = budgets.map((budget) => ({ ...budget, amount: 0, limit: Number.MAX_SAFE_INTEGER }))
      const { standings } = await remote.reserve({ id: crypto.randomUUID(), now, charges, ttlMs: 1 })
      return standings.map(({ limit, remaining }) => limit - remaining)
    },
    settle(settlement) {
      // Unknown here when it was reserved there: then it changes nothing.
      local.settle(settlement)
      // What is lost on the way is made good by the request's record.
      if (state() !== null) defer(remote.settle(settlement).catch(() => {}))
    },
  }
}

interface Breaker {
  allows: (now: number) => boolean
  succeeded: () => void
  failed: (now: number) => void
}

function createBreaker(): Breaker {
  let failures = 0
  /** How often it has opened since it was last closed. */
  let opened = 0
  let opensUntil = 0
  let trialAt = Number.NaN
  return {
    allows(now) {
      if (opened === 0) return true
      // A clock that was set back must not make a moment an hour.
      if (now < opensUntil && opensUntil - now <= OPEN_MOST_MS) return false
      // One tries; the others wait for what becomes of it.
      opensUntil = now + OPEN_FIRST_MS
      trialAt = now
      return true
    },
    succeeded() {
      failures = 0
      opened = 0
    },
    failed(now) {
      failures += 1
      // Those that were under way when it opened say nothing new.
      if (opened === 0 ? failures < TRIPS_AT : now !== trialAt) return
      opensUntil = now + Math.min(OPEN_MOST_MS, OPEN_FIRST_MS * 2 ** opened)
      opened += 1
    },
  }
}

/** As the policy declares: what is `closed` refuses, what is `open` is not counted, the rest counts here, in shares. */
function reserveWithout(
  reservation: Reservation,
  { shared, local }: { shared: SharedState; local: MemoryLedger },
): Verdict {
  const { charges } = reservation
  const answers = charges.map(({ kind }) => shared.onFailure[USE[kind]])
  const refusedBy = answers.indexOf('closed')
  if (refusedBy !== -1) {
    const standings = charges.map((charge) => ({ ...untouched(charge), remaining: 0, resetMs: RETRY_MS }))
    return { granted: false, refusedBy, retryAfterMs: RETRY_MS, standings }
  }
  const counted = charges.flatMap((_, i) => (answers[i] === 'open' ? [] : [i]))
  const shares = counted.map((i) => shareOf(charges[i]!, shared.nodes))
  const verdict = local.reserve({ ...reservation, charges: shares })
  const standings = charges.map(untouched)
  for (const [at, i] of counted.entries()) standings[i] = verdict.standings[at] ?? standings[i]!
  if (verdict.granted) return { granted: true, standings }
  return { ...verdict, refusedBy: counted[verdict.refusedBy] ?? 0, standings }
}

/** Rounded down, but never to nothing of what is counted by ones. */
function shareOf(charge: Charge, nodes: number): Charge {
  if (charge.kind === 'budget') return { ...charge, limit: Math.floor(charge.limit / nodes) }
  if (charge.kind === 'lease') return { ...charge, limit: Math.max(1, Math.floor(charge.limit / nodes)) }
  const count = Math.max(1, Math.floor(charge.limit.count / nodes))
  return { ...charge, limit: { ...charge.limit, count } }
}

function untouched({ key, ...charge }: Charge): Standing {
  const limit = charge.kind === 'rate' ? charge.limit.count : charge.limit
  return { key, limit, remaining: limit, resetMs: 0 }
}
