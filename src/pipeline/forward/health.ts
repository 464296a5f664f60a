/**
 * Which backends are held to be down, by what happened to requests: no probe is sent. Kept in module memory; a backend
 * whose address changed starts anew.
 */
import { lookup } from '../../table/lookup.ts'
import type { RouteTable } from '../../table/route-table.ts'

/** How long after a failure a backend is held to be down. */
const HOLD_MS = 10_000

const NONE: readonly string[] = []

export interface Health {
  /** @param ok it answered; false = no connection came about, or what stands before it says that it is down */
  report: (table: RouteTable, backend: string, ok: boolean) => void
  /** Names of the table's backends that are held to be down. */
  unhealthy: (table: RouteTable) => readonly string[]
}

/** @param now Unix ms */
export function createHealth(now: () => number = Date.now): Health {
  const failures = new Map<string, { origin: string | null; until: number }>()
  const originOf = (table: RouteTable, backend: string): string | null =>
    lookup(table.backends, backend)?.origin ?? null
  return {
    report(table, backend, ok) {
      if (!ok) failures.set(backend, { origin: originOf(table, backend), until: now() + HOLD_MS })
      else if (failures.size > 0) failures.delete(backend)
    },
    unhealthy(table) {
      if (failures.size === 0) return NONE
      const down: string[] = []
      for (const [backend, { origin, until }] of failures) {
        if (until <= now()) failures.delete(backend)
        else if (originOf(table, backend) === origin) down.push(backend)
      }
      return down
    },
  }
}
