/**
 * The ledger in SQL: each step one transaction. The control process books with it what the edges' records say, and
 * hands what it knows to an edge that begins.
 */
import type { Ledger, Sql, SqlRow } from '../ports.ts'
import type { Charge, Refusal, Reservation, Settlement, Standing, Verdict } from '../table/charges.ts'
import type { LedgerState, SavedRate } from '../table/ledger-state.ts'
import type { Booked } from '../table/usage-book.ts'
import {
  drain,
  emptyRate,
  followLimit,
  giveBack,
  put,
  type RateLimit,
  type RateState,
  remaining,
  resetMs,
  waitFor,
} from './gcra.ts'

export const LEDGER_TABLES = `
  CREATE TABLE rates (
    key TEXT PRIMARY KEY, level REAL NOT NULL, at INTEGER NOT NULL, added REAL NOT NULL,
    count INTEGER NOT NULL, window_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE budgets (
    key TEXT NOT NULL, period TEXT NOT NULL, used INTEGER NOT NULL, ends_at INTEGER NOT NULL,
    PRIMARY KEY (key, period)
  ) WITHOUT ROWID;
  CREATE TABLE leases (
    key TEXT NOT NULL, id TEXT NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (key, id)
  ) WITHOUT ROWID;
  CREATE TABLE reservations (id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL, taken TEXT NOT NULL) WITHOUT ROWID;
`

export interface SqlLedger extends Ledger {
  look: (charges: readonly Charge[], now: number) => Refusal | null
  reserve: (reservation: Reservation) => Verdict
  settle: (settlement: Settlement) => void
  /** Counts what was used elsewhere, unconditionally. Within the caller's transaction. */
  book: (booked: Booked, now: number) => void
  /** What counts at this moment: rates that have not run out, budgets whose period has not ended. */
  save: (now: number) => LedgerState
  /** Forgets what counts no more. */
  prune: (now: number) => void
}

type RateCharge = Extract<Charge, { kind: 'rate' }>
type BudgetCharge = Extract<Charge, { kind: 'budget' }>
/** A charge that was taken, and where a rate's lies in its bucket. */
interface Taken {
  charge: Charge
  place: number
}

/** When a lease comes back nobody knows: asking every second costs little. */
const LEASE_RETRY_MS = 1000
/** Budgets of periods that ended so long ago are forgotten. */
const BUDGETS_KEPT_MS = 400 * 24 * 3_600_000

export function createSqlLedger(sql: Sql): SqlLedger {
  const keepRate = (
    { key, limit }: Pick<RateCharge, 'key' | 'limit'>,
    { level, at, added }: RateState,
  ): void => {
    sql.run(
      'INSERT OR REPLACE INTO rates (key, level, at, added, count, window_ms) VALUES (?, ?, ?, ?, ?, ?)',
      key,
      level,
      Math.round(at),
      added,
      limit.count,
      limit.windowMs,
    )
  }
  const rateOf = ({ key, limit }: RateCharge, now: number): RateState => {
    const [row] = sql.rows('SELECT level, at, added, count, window_ms FROM rates WHERE key = ?', key)
    if (row === undefined) return emptyRate(now)
    const state = rateIn(row)
    const { at } = state
    const isChanged = followLimit(state, limitIn(row), { limit, now })
    drain(state, limit, now)
    // A clock set back and a limit that has changed count from here; a refusal would not keep that.
    if (isChanged || state.at < at) keepRate({ key, limit }, state)
    return state
  }
  const usedOf = ({ key, period }: BudgetCharge): number => {
    const [row] = sql.rows('SELECT used FROM budgets WHERE key = ? AND period = ?', key, period.name)
    return Number(row?.['used'] ?? 0)
  }
  const addUsed = ({ key, period }: BudgetCharge, amount: number): void => {
    sql.run(
      `INSERT INTO budgets (key, period, used, ends_at) VALUES (?, ?, ${within('?')}, ?)
       ON CONFLICT (key, period) DO UPDATE SET used = ${within('used + ?')}`,
      key,
      period.name,
      amount,
      period.endsAt,
      amount,
    )
  }
  const holders = (key: string, now: number): number => {
    const [row] = sql.rows('SELECT count(*) AS count FROM leases WHERE key = ? AND ends_at > ?', key, now)
    return Number(row?.['count'])
  }
  /** Ms until the charge fits; 0 = it does. */
  const waitOf = (charge: Charge, now: number): number => {
    if (charge.kind === 'rate') return waitFor(rateOf(charge, now).level, charge.limit, charge.amount)
    if (charge.kind === 'lease') {
      return holders(charge.key, now) < charge.limit ? 0 : LEASE_RETRY_MS
    }
    if (usedOf(charge) + charge.amount <= charge.limit) return 0
    return charge.amount > charge.limit ? Number.POSITIVE_INFINITY : Math.max(1, charge.period.endsAt - now)
  }
  const standingOf = (charge: Charge, now: number): Standing => {
    const { key } = charge
    if (charge.kind === 'rate') {
      const { limit } = charge
      const { level } = rateOf(charge, now)
      return { key, limit: limit.count, remaining: remaining(level, limit), resetMs: resetMs(level, limit) }
    }
    const { limit } = charge
    if (charge.kind === 'lease') {
      return { key, limit, remaining: Math.max(0, limit - holders(key, now)), resetMs: 0 }
    }
    const untilEnd = Math.max(0, charge.period.endsAt - now)
    return { key, limit, remaining: Math.max(0, limit - usedOf(charge)), resetMs: untilEnd }
  }
  const standingsOf = (charges: readonly Charge[], now: number): Standing[] =>
    charges.map((charge) => standingOf(charge, now))
  const look = (charges: readonly Charge[], now: number): Refusal | null => {
    const waits = charges.map((charge) => waitOf(charge, now))
    const retryAfterMs = Math.max(0, ...waits)
    if (retryAfterMs === 0) return null
    const standings = standingsOf(charges, now)
    return { granted: false, refusedBy: waits.indexOf(retryAfterMs), retryAfterMs, standings }
  }
  const take = (charge: Charge, { id, now, ttlMs }: Reservation): Taken => {
    if (charge.kind === 'rate') return { charge, place: fill(charge, charge.amount, now) }
    if (charge.kind === 'budget') addUsed(charge, charge.amount)
    else
      sql.run(
        'INSERT OR REPLACE INTO leases (key, id, ends_at) VALUES (?, ?, ?)',
        charge.key,
        id,
        now + ttlMs,
      )
    return { charge, place: 0 }
  }
  const fill = (charge: RateCharge, amount: number, now: number): number => {
    const state = rateOf(charge, now)
    const place = put(state, amount)
    keepRate(charge, state)
    return place
  }
  const correct = ({ charge, place }: Taken, used: number | undefined, now: number): void => {
    if (charge.kind === 'lease' || used === undefined || used === charge.amount) return
    const spare = charge.amount - used
    if (charge.kind === 'budget') addUsed(charge, -spare)
    else if (spare < 0) fill(charge, -spare, now)
    else {
      const state = rateOf(charge, now)
      giveBack(state, spare, place)
      keepRate(charge, state)
    }
  }

  return {
    look,
    reserve: (reservation) =>
      sql.atomically(() => {
        const { id, now, charges, ttlMs } = reservation
        const [open] = sql.rows('SELECT 1 FROM reservations WHERE id = ? AND ends_at > ?', id, now)
        if (open !== undefined) return { granted: true, standings: standingsOf(charges, now) }
        const refusal = look(charges, now)
        if (refusal !== null) return refusal
        const taken = JSON.stringify(charges.map((charge) => take(charge, reservation)))
        const query = 'INSERT OR REPLACE INTO reservations (id, ends_at, taken) VALUES (?, ?, ?)'
        sql.run(query, id, now + ttlMs, taken)
        return { granted: true, standings: standingsOf(charges, now) }
      }),
    settle: ({ id, now, used }) =>
      sql.atomically(() => {
        const [row] = sql.rows('SELECT taken FROM reservations WHERE id = ?', id)
        if (row === undefined) return
        sql.run('DELETE FROM reservations WHERE id = ?', id)
        for (const taken of JSON.parse(String(row['taken'])) as Taken[]) {
          sql.run('DELETE FROM leases WHERE key = ? AND id = ?', taken.charge.key, id)
          correct(taken, used[taken.charge.key], now)
        }
      }),
    book(booked, now) {
      for (const { charge, used } of booked) {
        if (charge.kind === 'rate') fill(charge, used, now)
        else if (charge.kind === 'budget') addUsed(charge, used)
      }
    },
    save: (now) => ({ rates: savedRates(sql, now), budgets: savedBudgets(sql, now) }),
    prune(now) {
      sql.run('DELETE FROM rates WHERE at + level * window_ms / count <= ?', now)
      sql.run('DELETE FROM budgets WHERE ends_at <= ?', now - BUDGETS_KEPT_MS)
      sql.run('DELETE FROM leases WHERE ends_at <= ?', now)
      sql.run('DELETE FROM reservations WHERE ends_at <= ?', now)
    },
  }
}

/** A larger number could be written, but never be read again: and then nobody's budget could. */
function within(amount: string): string {
  return `min(${Number.MAX_SAFE_INTEGER}, max(0, ${amount}))`
}

function rateIn(row: SqlRow): RateState {
  return { level: Number(row['level']), at: Number(row['at']), added: Number(row['added']) }
}

function limitIn(row: SqlRow): RateLimit {
  return { count: Number(row['count']), windowMs: Number(row['window_ms']) }
}

function savedRates(sql: Sql, now: number): LedgerState['rates'] {
  const rows = sql.rows('SELECT * FROM rates').map((row): [string, SavedRate] => {
    const limit = limitIn(row)
    const state = rateIn(row)
    drain(state, limit, now)
    return [String(row['key']), { ...state, ...limit }]
  })
  return Object.fromEntries(rows.filter(([, { level }]) => level > 0))
}

function savedBudgets(sql: Sql, now: number): LedgerState['budgets'] {
  const budgets: LedgerState['budgets'] = {}
  for (const row of sql.rows('SELECT * FROM budgets WHERE ends_at > ?', now)) {
    const periods = (budgets[String(row['key'])] ??= {})
    periods[String(row['period'])] = { used: Number(row['used']), endsAt: Number(row['ends_at']) }
  }
  return budgets
}
