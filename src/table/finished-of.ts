import type { RequestRecord } from './request-record.ts'
import type { BookedCharge, Finished } from './usage-book.ts'

/** The reservations of a request that has ended: its own, and those of places that it came to later. */
export function finishedOf({ id, charges }: Pick<RequestRecord, 'id' | 'charges'>): Finished[] {
  if (charges.every(({ reservation }) => reservation === undefined)) return [{ id, charges }]
  const byId = new Map<string, BookedCharge[]>([[id, []]])
  for (const { reservation = id, ...booked } of charges) {
    byId.set(reservation, [...(byId.get(reservation) ?? []), booked])
  }
  return Array.from(byId, ([one, its]) => ({ id: one, charges: its }))
}
