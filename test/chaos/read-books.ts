/** What the control process kept of a run: records, and what they used of budgets. */
import { DatabaseSync } from 'node:sqlite'

export interface Books {
  integrity: string
  /** Correlation ids of all records. */
  ids: ReadonlySet<string>
  /** Those that stand in more than one. */
  twice: string[]
  /** Nano-USD by client: the sum of its records, and what is booked on its budget. */
  cost: Record<string, number>
  used: Record<'day' | 'month', Record<string, number>>
  records: number
}

export function readBooks(path: string): Books {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const ids = new Set<string>()
    const twice: string[] = []
    const cost: Record<string, number> = {}
    const rows = database.prepare('SELECT correlation_id, client, cost FROM records').all()
    for (const row of rows) {
      const [id, client] = [String(row['correlation_id']), String(row['client'])]
      if (ids.has(id)) twice.push(id)
      ids.add(id)
      cost[client] = (cost[client] ?? 0) + Number(row['cost'] ?? 0)
    }
    const used: Books['used'] = { day: {}, month: {} }
    // Of all periods: the run may cross midnight.
    for (const row of database.prepare('SELECT key, total(used) AS used FROM budgets GROUP BY key').all()) {
      const [, client, period] = /^client:(.+):usd:(day|month)$/.exec(String(row['key'])) ?? []
      if (client !== undefined) used[period as 'day' | 'month'][client] = Number(row['used'])
    }
    const integrity = String(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'])
    return { integrity, ids, twice, cost, used, records: rows.length }
  } finally {
    database.close()
  }
}
