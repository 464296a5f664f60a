/** Rounds in which every side has its turn, in random order, and what the rounds say together. */
import { addedMedian, medianWithSpread } from '../statistics.ts'
import type { Compared, Side } from './side.ts'

/** What one turn gave; names of figures, such as `edge CPU, us per call`. */
export type Turn = Record<string, number>

export async function compareRounds(
  sides: readonly Side[],
  { rounds, turn }: { rounds: number; turn: (side: Side) => Promise<Turn> },
): Promise<Compared[]> {
  const turns: Turn[][] = []
  for (let round = 0; round < rounds; round += 1) {
    const found = new Map<Side, Turn>()
    for (const side of shuffled(sides)) found.set(side, await turn(side))
    turns.push(sides.map((side) => found.get(side) ?? {}))
  }
  return Object.keys(turns[0]?.[0] ?? {}).map((what) => compare(what, turns))
}

function compare(what: string, turns: readonly Turn[][]): Compared {
  const rows = turns.map((row) => row.map((turn) => turn[what] ?? -1))
  const columns = (rows[0] ?? []).map((_, column) => column)
  return {
    what,
    values: columns.map((column) => medianWithSpread(rows.map((row) => row[column] ?? Number.NaN)).value),
    added: columns.map((arm) => (arm === 0 ? null : addedMedian(rows, { arm, baseline: 0 }))),
  }
}

function shuffled<T>(values: readonly T[]): T[] {
  const left = [...values]
  const order: T[] = []
  while (left.length > 0) order.push(...left.splice(Math.floor(Math.random() * left.length), 1))
  return order
}
