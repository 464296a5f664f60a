/**
 * The ledger in memory: one process, one thread, so that whatever stands between two awaits is one atomic step. What is
 * whole again is forgotten; the number of keys is bounded.
 */
import type { Ledger } from '../ports.ts'
import type { Charge, Refusal, Reservation, Settlement, Standing, Verdict } from '../table/charges.ts'
import type { LedgerState } from '../table/ledger-state.ts'
import type { Booked } from '../table/usage-book.ts'
import {
  drain,
  emptyRate,
  followClock,
  followLimit,
  giveBack,
  levelAt,
  put,
  type RateLimit,
  type RateState,
  remaining,
  resetMs,
  waitFor,
} from './gcra.ts'

export interface MemoryLedger extends Ledger {
  reserve: (reservation: Reservation) => Verdict
  settle: (settlement: Settlement) => void
  /** Rates and budgets; leases end with their process. */
  save: () => LedgerState
  /** Takes over what is not known here; where both know something, what is here stands. */
  restore: (state: LedgerState) => void
  /** Counts what was used elsewhere, room or not: requests that a predecessor let in. */
  book: (booked: Booked, now: number) => void
  /** Keys held at this moment, and reservations that are not settled. */
  size: () => { keys: number; open: number }
}

/** Rates and budgets held at once. Beyond it the one used longest ago is forgotten. */
const MAX_KEYS = 50_000
/** Every so many reservations it is looked for what may be forgotten. */
const SWEEP_EVERY = 4096
/** A budget is kept so long after its period, for a clock that is set back. */
const BUDGET_GRACE_MS = 24 * 3_600_000
/** When a lease comes back nobody knows: asking every second costs little. */
const LEASE_RETRY_MS = 1000

type Rate = RateState & RateLimit
type RateCharge = Extract<Charge, { kind: 'rate' }>
type LeaseCharge = Extract<Charge, { kind: 'lease' }>
type BudgetCharge = Extract<Charge, { kind: 'budget' }>

interface Budget {
  used: number
  endsAt: number
}

interface Open {
  expiresAt: number
  charges: readonly Charge[]
  /** Of each charge, where a rate's lies in its bucket. */
  places: readonly number[]
  /** Its leases ended by themselves. */
  isOver: boolean
}

export function createMemoryLedger({ maxKeys = MAX_KEYS }: { maxKeys?: number } = {}): MemoryLedger {
  const rates = new Map<string, Rate>()
  /** Key → name of the period. */
  const budgets = new Map<string, Map<string, Budget>>()
  /** Key → how many hold it; 0 is not taken out at once: who asks every now and then would have it put in each time. */
  const leases = new Map<string, number>()
  const open = new Map<string, Open>()
  /** Unix ms before which none of them ends by itself. */
  let noneEndsBefore = Number.POSITIVE_INFINITY
  let reservations = 0
  /** Most that any forgotten rate had `added`. */
  let forgotten = 0

  /** Who only looks lets nothing run out. */
  const levelOf = (key: string, limit: RateLimit, now: number): number => {
    const known = rates.get(key)
    if (known === undefined) return 0
    // A clock that was set back is a fact to go on from, even for a client that is refused all the time.
    followClock(known, limit, now)
    if (isOther(known, limit)) adopt(known, limit, now)
    return levelAt(known, limit, now)
  }
  /** As it is by now, and remembered: something is about to be put in or taken out. */
  const rateOf = (key: string, limit: RateLimit, now: number): Rate => {
    const known = rates.get(key)
    if (known === undefined) {
      const rate: Rate = { ...emptyRate(now, forgotten), count: limit.count, windowMs: limit.windowMs }
      rememberRate(key, rate)
      return rate
    }
    if (isOther(known, limit)) adopt(known, limit, now)
    drain(known, known, now)
    if (isCrowded()) rememberRate(key, known)
    return known
  }
  const holdersOf = (key: string, limit: number, now: number): number => {
    const held = leases.get(key) ?? 0
    // Only who is full needs to know whether somebody has not come back.
    if (held < limit || now < noneEndsBefore) return held
    endLost(now)
    return leases.get(key) ?? 0
  }
  const endLost = (now: number): void => {
    noneEndsBefore = Number.POSITIVE_INFINITY
    for (const one of open.values()) {
      if (one.isOver) continue
      if (one.expiresAt <= now) giveBackLeases(one)
      else noneEndsBefore = Math.min(noneEndsBefore, one.expiresAt)
    }
  }
  const budgetOf = ({ key, period }: BudgetCharge): Budget | undefined => budgets.get(key)?.get(period.name)
  /** Ms until the charge fits; 0 = it does. */
  const waitOf = (charge: Charge, now: number): number => {
    switch (charge.kind) {
      case 'rate':
        return waitFor(levelOf(charge.key, charge.limit, now), charge.limit, charge.amount)
      case 'lease':
        return holdersOf(charge.key, charge.limit, now) < charge.limit ? 0 : LEASE_RETRY_MS
      case 'budget':
        break
    }
    const used = budgetOf(charge)?.used ?? 0
    if (used + charge.amount <= charge.limit) return 0
    return charge.amount > charge.limit ? Number.POSITIVE_INFINITY : Math.max(1, charge.period.endsAt - now)
  }
  const standingOf = (charge: Charge, now: number): Standing => {
    switch (charge.kind) {
      case 'rate':
        return rateStanding(charge, levelOf(charge.key, charge.limit, now))
      case 'lease':
        return leaseStanding(charge, holdersOf(charge.key, charge.limit, now))
      case 'budget':
        break
    }
    return budgetStanding(charge, budgetOf(charge)?.used ?? 0, now)
  }
  const standingsOf = (charges: readonly Charge[], now: number): Standing[] => {
    const standings: Standing[] = []
    for (const charge of charges) standings.push(standingOf(charge, now))
    return standings
  }
  const look = (charges: readonly Charge[], now: number): Refusal | null => {
    let refusedBy = -1
    let retryAfterMs = 0
    for (let i = 0; i < charges.length; i += 1) {
      const wait = waitOf(charges[i]!, now)
      if (wait <= retryAfterMs) continue
      retryAfterMs = wait
      refusedBy = i
    }
    if (refusedBy === -1) return null
    return { granted: false, refusedBy, retryAfterMs, standings: standingsOf(charges, now) }
  }
  /**
   * @param standings to which what is left is added
   * @returns where a rate's lies in its bucket
   */
  const take = (charge: Charge, now: number, standings: Standing[]): number => {
    const { key } = charge
    switch (charge.kind) {
      case 'rate': {
        const rate = rateOf(key, charge.limit, now)
        const place = put(rate, charge.amount)
        standings.push(rateStanding(charge, rate.level))
        return place
      }
      case 'lease': {
        const held = (leases.get(key) ?? 0) + 1
        leases.set(key, held)
        standings.push(leaseStanding(charge, held))
        return 0
      }
      case 'budget':
        break
    }
    const budget =
      budgetOf(charge) ?? addBudget(key, charge.period.name, { used: 0, endsAt: charge.period.endsAt })
    budget.used += charge.amount
    standings.push(budgetStanding(charge, budget.used, now))
    return 0
  }
  const addBudget = (key: string, period: string, budget: Budget): Budget => {
    const periods = budgets.get(key) ?? new Map<string, Budget>()
    budgets.set(key, periods.set(period, budget))
    return budget
  }
  /** While there is room the order does not matter; then the one used longest ago goes first. */
  const isCrowded = (): boolean => rates.size > maxKeys / 2
  const forgetRate = (key: string, { added }: Rate): void => {
    forgotten = Math.max(forgotten, added)
    rates.delete(key)
  }
  const rememberRate = (key: string, rate: Rate): void => {
    if (isCrowded()) rates.delete(key)
    rates.set(key, rate)
    if (rates.size <= maxKeys) return
    for (const [oldest, its] of rates) return forgetRate(oldest, its)
  }
  const correct = (charge: Charge, place: number, { used: all, now }: Settlement): void => {
    const used = all[charge.key]
    const spare = used === undefined || charge.kind === 'lease' ? 0 : charge.amount - used
    if (spare === 0) return
    if (charge.kind === 'rate') {
      const rate = rateOf(charge.key, charge.limit, now)
      if (spare > 0) giveBack(rate, spare, place)
      else put(rate, -spare)
    } else if (charge.kind === 'budget') {
      const budget = budgetOf(charge)
      if (budget !== undefined) budget.used = Math.max(0, budget.used - spare)
    }
  }
  const release = (key: string): void => {
    leases.set(key, (leases.get(key) ?? 1) - 1)
  }
  const giveBackLeases = (one: Open): void => {
    if (one.isOver) return
    one.isOver = true
    for (const { kind, key } of one.charges) if (kind === 'lease') release(key)
  }
  const sweep = (now: number): void => {
    for (const [key, rate] of rates) {
      drain(rate, rate, now)
      if (rate.level === 0) forgetRate(key, rate)
    }
    for (const [key, periods] of budgets) {
      for (const [name, { endsAt }] of periods) if (endsAt + BUDGET_GRACE_MS <= now) periods.delete(name)
      if (periods.size === 0) budgets.delete(key)
    }
    for (const [id, one] of open) {
      if (one.expiresAt > now) continue
      open.delete(id)
      giveBackLeases(one)
    }
    for (const [key, held] of leases) if (held === 0) leases.delete(key)
  }

  return {
    look,
    reserve(reservation) {
      const { id, now, charges, ttlMs } = reservation
      reservations += 1
      if (reservations % SWEEP_EVERY === 0) sweep(now)
      if (open.has(id)) return { granted: true, standings: standingsOf(charges, now) }
      const refusal = look(charges, now)
      if (refusal !== null) return refusal
      const expiresAt = now + ttlMs
      const places: number[] = []
      const standings: Standing[] = []
      for (let i = 0; i < charges.length; i += 1) places.push(take(charges[i]!, now, standings))
      open.set(id, { expiresAt, charges, places, isOver: false })
      if (expiresAt < noneEndsBefore) noneEndsBefore = expiresAt
      return { granted: true, standings }
    },
    settle(settlement) {
      const { id } = settlement
      const reservation = open.get(id)
      if (reservation === undefined) return
      open.delete(id)
      const { charges, places, isOver } = reservation
      for (let i = 0; i < charges.length; i += 1) {
        const charge = charges[i]!
        if (charge.kind !== 'lease') correct(charge, places[i]!, settlement)
        else if (!isOver) release(charge.key)
      }
    },
    save: () => save(rates, budgets),
    restore(state) {
      for (const [key, rate] of Object.entries(state.rates)) {
        if (!rates.has(key)) rates.set(key, { ...rate })
      }
      for (const [key, periods] of Object.entries(state.budgets)) {
        for (const [name, budget] of Object.entries(periods)) {
          if (budgets.get(key)?.has(name) !== true) addBudget(key, name, { ...budget })
        }
      }
    },
    book(booked, now) {
      for (const { charge, used } of booked) {
        if (charge.kind === 'lease') continue
        take({ ...charge, amount: used }, now, [])
      }
    },
    size: () => ({ keys: rates.size + budgets.size + leases.size, open: open.size }),
  }
}

function rateStanding({ key, limit }: RateCharge, level: number): Standing {
  return { key, limit: limit.count, remaining: remaining(level, limit), resetMs: resetMs(level, limit) }
}

function leaseStanding({ key, limit }: LeaseCharge, held: number): Standing {
  return { key, limit, remaining: Math.max(0, limit - held), resetMs: 0 }
}

function budgetStanding({ key, limit, period }: BudgetCharge, used: number, now: number): Standing {
  return {
    key,
    limit,
    remaining: Math.max(0, limit - used),
    resetMs: Math.max(0, period.endsAt - now),
  }
}

/** A reload has changed it. */
function isOther(rate: Rate, { count, windowMs }: RateLimit): boolean {
  return rate.count !== count || rate.windowMs !== windowMs
}

function adopt(rate: Rate, limit: RateLimit, now: number): void {
  followLimit(rate, rate, { limit, now })
  rate.count = limit.count
  rate.windowMs = limit.windowMs
}

function save(
  rates: ReadonlyMap<string, Rate>,
  budgets: ReadonlyMap<string, ReadonlyMap<string, Budget>>,
): LedgerState {
  const state: LedgerState = { rates: {}, budgets: {} }
  for (const [key, rate] of rates) state.rates[key] = { ...rate }
  for (const [key, periods] of budgets) {
    state.budgets[key] = Object.fromEntries(Array.from(periods, ([name, budget]) => [name, { ...budget }]))
  }
  return state
}
