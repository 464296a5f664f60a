/** Charges for tests of ledgers. */
import type { Charge } from '../../../src/table/charges.ts'

/** A round moment: 2026-11-21, noon UTC. */
export const NOON: number = Date.UTC(2026, 10, 21, 12)

export function rate(
  key: string,
  amount: number,
  count: number,
  windowMs = 60_000,
): Charge & { kind: 'rate' } {
  return { kind: 'rate', key, amount, limit: { count, windowMs } }
}

export function lease(key: string, limit: number): Charge & { kind: 'lease' } {
  return { kind: 'lease', key, limit }
}

/** @param day of November 2026 */
export function budget(key: string, amount: number, limit: number, day = 21): Charge & { kind: 'budget' } {
  const period = { per: 'day', name: `2026-11-${day}`, endsAt: Date.UTC(2026, 10, day + 1) } as const
  return { kind: 'budget', key, amount, limit, period }
}

/** The charge as it is made at that time: a budget's period goes with the day. */
export function on(charge: Charge, now: number): Charge {
  return charge.kind === 'budget'
    ? budget(charge.key, charge.amount, charge.limit, new Date(now).getUTCDate())
    : charge
}

export function limitOf(charge: Charge): number {
  return charge.kind === 'rate' ? charge.limit.count : charge.limit
}

export function amountOf(charge: Charge): number {
  return charge.kind === 'lease' ? 1 : charge.amount
}
