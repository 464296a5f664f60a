/** The fault matrix as a table for people. */
import type { Outcome } from './faults.ts'
import type { Kind } from './kinds.ts'

export interface Cell {
  name: string
  kind: Kind
  how: 'alone' | 'backed'
  outcome: Outcome
  /** Backends that saw the request, in order. */
  asked: readonly string[]
}

/** One line for each fault and kind of request: what it is without a fallback, and with one. */
export function renderMatrix(title: string, cells: readonly Cell[]): string {
  const rows = new Map<string, Partial<Record<Cell['how'], Cell>>>()
  for (const cell of cells) {
    const key = `${cell.name}\0${cell.kind}`
    rows.set(key, { ...rows.get(key), [cell.how]: cell })
  }
  const lines = [...rows].map(([key, { alone, backed }]) => key.split('\0').concat(show(alone), show(backed)))
  const table = [['fault', 'request', 'without fallback', 'with fallbacks'], ...lines]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)))
  const text = table.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `\nfaults on ${title}\n${text.join('\n')}\n`
}

function show(cell: Cell | undefined): string {
  if (cell === undefined) return '-'
  const { status, code, attempts, by, failed } = cell.outcome
  const end = code === null ? `${status} by ${by ?? 'nobody'}` : `${status} ${code}`
  return `${end}, ${attempts} attempt${attempts === 1 ? '' : 's'}${failed === '' ? '' : ` (${failed})`}`
}
