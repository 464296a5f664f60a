/** Counts what became of the asks, as a table. */
import type { Composed } from './compose.ts'
import { type Zone, ZONES } from './zoned-policies.ts'

export interface Tally {
  /** @param zones that it reached @param status of the answer; 0 = none came */
  add: (composed: Composed, surface: string, outcome: { zones: readonly Zone[]; status: number }) => void
  /** Counts of all rows whose columns are as said. */
  count: (which: Partial<Row>) => Counts
  /** @param columns by which rows are told apart */
  render: (columns: readonly (keyof Row)[]) => string
}

export interface Row {
  surface: string
  dress: string
  way: string
}

export interface Counts {
  sent: number
  cloud: number
  lan: number
  local: number
  /** Answered with an error of the gateway's own, for what the policy says. */
  refused: number
}

const COLUMNS = ['sent', ...ZONES, 'refused'] as const

const WIDTHS: Readonly<Record<keyof Row, number>> = { surface: 12, dress: 18, way: 12 }

export function createTally(): Tally {
  const rows = new Map<string, Row & Counts>()

  const rowOf = (row: Row): Row & Counts => {
    const key = [row.surface, row.dress, row.way].join('\0')
    let counts = rows.get(key)
    if (counts === undefined) {
      counts = { ...row, sent: 0, cloud: 0, lan: 0, local: 0, refused: 0 }
      rows.set(key, counts)
    }
    return counts
  }
  return {
    count: (which) =>
      sum(
        [...rows.values()].filter(
          ({ surface, dress, way }) =>
            (which.surface ?? surface) === surface &&
            (which.dress ?? dress) === dress &&
            (which.way ?? way) === way,
        ),
      ),
    add(composed, surface, { zones, status }) {
      const names = new Set(composed.planted.map(({ dress }) => dress.name))
      if (composed.isClean) names.add('(clean)')
      if (names.size === 0) names.add('(unread)')
      for (const dress of names) {
        const row = rowOf({ surface, dress, way: composed.way.name })
        row.sent += 1
        for (const zone of new Set(zones)) row[zone] += 1
        if (zones.length === 0 && status >= 400) row.refused += 1
      }
    },
    render(columns) {
      const names = new Set(Array.from(rows.values(), (row) => nameOf(row, columns)))
      const lines = [...names].toSorted().map((name) => {
        const counts = sum([...rows.values()].filter((row) => nameOf(row, columns) === name))
        return name + COLUMNS.map((column) => String(counts[column]).padStart(8)).join('')
      })
      const head = columns.map((column) => column.padEnd(WIDTHS[column])).join('')
      return [head + COLUMNS.map((column) => column.padStart(8)).join(''), ...lines].join('\n')
    },
  }
}

function nameOf(row: Row, columns: readonly (keyof Row)[]): string {
  return columns.map((column) => row[column].padEnd(WIDTHS[column])).join('')
}

function sum(rows: readonly Counts[]): Counts {
  const total: Counts = { sent: 0, cloud: 0, lan: 0, local: 0, refused: 0 }
  for (const row of rows) for (const column of COLUMNS) total[column] += row[column]
  return total
}
