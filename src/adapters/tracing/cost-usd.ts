/** Cost as sinks want it. */
import type { HistoryEntry } from '../../table/history.ts'

const NANO_USD = 1e9

/** @returns USD; null = no price */
export function costUsd({ cost }: Pick<HistoryEntry, 'cost'>): number | null {
  return cost === null ? null : cost / NANO_USD
}
