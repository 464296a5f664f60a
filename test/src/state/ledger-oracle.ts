/**
 * What a ledger must say, worked out anew each time from the list of all that has happened: slow, and short enough to be
 * seen to be right. Time never goes back by more than a window here, and nothing is settled after its time to live.
 */
import type { Charge, Reservation, Settlement } from '../../../src/table/charges.ts'

type Rate = Extract<Charge, { kind: 'rate' }>

interface Taken {
  id: string
  charge: Charge
  used: number
  endsAt: number
  /** How much had been put into the bucket by then, this charge included. */
  place: number
}

export interface Oracle {
  /** Charges that do not fit: none = granted and taken. */
  reserve: (reservation: Reservation) => readonly Charge[]
  settle: (settlement: Settlement) => void
  /** What fits still. */
  left: (charge: Charge, now: number) => number
}

export function createOracle(): Oracle {
  const taken: Taken[] = []
  /** What was put into each bucket, and taken out of it. */
  const changes = new Map<string, { at: number; by: number }[]>()

  const level = ({ key, limit }: Rate, now: number): number => {
    let [units, time] = [0, 0]
    for (const { at, by } of [...(changes.get(key) ?? []), { at: now, by: 0 }]) {
      units = Math.max(0, units - (Math.max(0, at - time) * limit.count) / limit.windowMs) + by
      time = Math.max(time, at)
    }
    return units
  }
  const put = (key: string): number =>
    (changes.get(key) ?? []).reduce((sum, { by }) => sum + Math.max(0, by), 0)
  const change = (key: string, at: number, by: number): void =>
    void changes.set(key, [...(changes.get(key) ?? []), { at, by }])
  const nameOf = (charge: Charge): string =>
    charge.kind === 'budget' ? `${charge.key} ${charge.period.name}` : charge.key
  const left = (charge: Charge, now: number): number => {
    if (charge.kind === 'rate') return charge.limit.count - level(charge, now)
    return taken
      .filter((entry) => nameOf(entry.charge) === nameOf(charge))
      .filter(({ endsAt }) => charge.kind === 'budget' || endsAt > now)
      .reduce((room, { used }) => room - used, charge.limit)
  }
  const amountOf = (charge: Charge): number => (charge.kind === 'lease' ? 1 : charge.amount)

  return {
    left,
    reserve({ id, now, charges, ttlMs }) {
      if (taken.some((entry) => entry.id === id)) return []
      const lacking = charges.filter((charge) => amountOf(charge) > left(charge, now))
      if (lacking.length > 0) return lacking
      for (const charge of charges) {
        const used = amountOf(charge)
        if (charge.kind === 'rate') change(charge.key, now, used)
        taken.push({ id, charge, used, endsAt: now + ttlMs, place: put(charge.key) })
      }
      return []
    },
    settle({ id, now, used }) {
      const settled = taken.filter((entry) => entry.id === id)
      const others = taken.filter((entry) => entry.id !== id)
      taken.splice(0, taken.length, ...others)
      for (const { charge, place, endsAt } of settled) {
        if (charge.kind === 'lease') continue
        const kept = used[charge.key] ?? charge.amount
        if (charge.kind === 'budget') taken.push({ id: '', charge, used: kept, endsAt, place })
        else if (kept === charge.amount) continue
        else if (kept > charge.amount) change(charge.key, now, kept - charge.amount)
        else {
          const beneath = Math.max(0, level(charge, now) - (put(charge.key) - place))
          change(charge.key, now, -Math.min(charge.amount - kept, beneath))
        }
      }
    },
  }
}
