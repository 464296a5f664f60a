/**
 * What is said of a mode to those who switch it.
 */
import type { Mode, RouteTable } from '../table/route-table.ts'
import type { ModesOn } from './mode-store.ts'

export interface ModeStatus {
  name: string
  on: boolean
  /** ISO 8601; null while it is off. */
  since: string | null
  whenOn: Mode['whenOn']
  /** Backends that it gates, in whole or in part. */
  gates: string[]
}

export function modeStatuses(table: RouteTable, modes: ModesOn): ModeStatus[] {
  return Object.entries(table.modes).map(([name, { whenOn }]) => {
    const gated = Object.values(table.targets).filter(({ mode }) => mode === name)
    const since = modes.get(name) ?? null
    const gates = [...new Set(gated.map(({ backend }) => backend))]
    return { name, on: since !== null, since, whenOn, gates }
  })
}
