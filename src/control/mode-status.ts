/**
 * What is said of a mode to those who switch it.
 */
import type { Mode } from '../table/mode-host.ts'
import type { RouteTable } from '../table/route-table.ts'
import type { ModesOn } from './mode-store.ts'
import type { ModeReport } from './modes/mode-watch.ts'

export interface ModeStatus {
  name: string
  on: boolean
  /** ISO 8601; null while it is off. */
  since: string | null
  whenOn: Mode['whenOn']
  /** Backends that it gates, in whole or in part. */
  gates: string[]
  /** How it stands with the host that tells; null = people switch it. */
  host: ModeHostStatus | null
}

export interface ModeHostStatus {
  /** False where nothing depends on the mode. */
  isAsked: boolean
  /** ISO 8601, like all times here; null = not yet. */
  askedAt: string | null
  /** Since when it has not told; null = it tells. */
  unknownSince: string | null
  /** Why it does not. */
  detail: string | null
}

/** @param reports of hosts that tell, by mode */
export function modeStatuses(
  table: RouteTable,
  modes: ModesOn,
  reports: Readonly<Record<string, ModeReport>>,
): ModeStatus[] {
  return Object.entries(table.modes).map(([name, { whenOn }]) => {
    const gated = Object.values(table.targets).filter(({ mode }) => mode === name)
    const since = modes.get(name) ?? null
    const gates = [...new Set(gated.map(({ backend }) => backend))]
    return { name, on: since !== null, since, whenOn, gates, host: hostStatus(reports[name]) }
  })
}

function hostStatus(report: ModeReport | undefined): ModeHostStatus | null {
  if (report === undefined) return null
  const { isAsked, askedAt, unknownSince, detail } = report
  return { isAsked, askedAt: isoDate(askedAt), unknownSince: isoDate(unknownSince), detail }
}

function isoDate(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
