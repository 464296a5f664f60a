/**
 * Traces that wait for the sink: no more than the numbers of their records, written in one transaction with them. Each is
 * marked before it is sent, so that what a crash leaves in doubt is known to be.
 */
import type { Sql } from '../ports.ts'
import type { TraceOutbox } from '../table/trace-outbox.ts'
import { toEntry } from './history.ts'

/** Who is refused so often, each time after a longer pause, is to blame. */
const MOST_REFUSALS = 10

export const TRACE_TABLES = `CREATE TABLE outgoing_traces (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    sent INTEGER NOT NULL DEFAULT 0, refusals INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE dead_traces (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE, at INTEGER NOT NULL, why TEXT NOT NULL
  );`

export function createTraceOutbox(sql: Sql): TraceOutbox {
  const giveUp = (seq: number, why: string): void => {
    sql.run('INSERT OR REPLACE INTO dead_traces VALUES (?, ?, ?)', seq, Date.now(), why)
    sql.run('DELETE FROM outgoing_traces WHERE seq = ?', seq)
  }
  return {
    nextTraces: ({ most, backlog }) =>
      sql.atomically(() => {
        const dropped = sql.run(
          `DELETE FROM outgoing_traces WHERE seq <=
            (SELECT seq FROM outgoing_traces ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
          backlog,
        )
        const rows = sql.rows(
          'SELECT * FROM outgoing_traces JOIN records USING (seq) ORDER BY seq LIMIT ?',
          most,
        )
        const last = Number(rows.at(-1)?.['seq'] ?? 0)
        sql.run('UPDATE outgoing_traces SET sent = 1 WHERE seq <= ? AND sent = 0', last)
        return {
          traces: rows.map(toEntry),
          sentBefore: rows.filter((row) => row['sent'] === 1).length,
          dropped,
        }
      }),
    settleTraces({ done, back, refused, dead }) {
      sql.atomically(() => {
        for (const seq of done) sql.run('DELETE FROM outgoing_traces WHERE seq = ?', seq)
        for (const seq of back) sql.run('UPDATE outgoing_traces SET sent = 0 WHERE seq = ?', seq)
        for (const { seq, why } of dead) giveUp(seq, why)
        for (const seq of refused) {
          sql.run('UPDATE outgoing_traces SET sent = 0, refusals = refusals + 1 WHERE seq = ?', seq)
        }
        if (refused.length === 0) return
        const tired = sql.rows('SELECT seq FROM outgoing_traces WHERE refusals >= ?', MOST_REFUSALS)
        for (const { seq } of tired) giveUp(Number(seq), `refused ${MOST_REFUSALS} times`)
      })
    },
    traceBacklog() {
      const [row] = sql.rows(
        `SELECT (SELECT count(*) FROM outgoing_traces) AS waiting,
          (SELECT ended_at FROM outgoing_traces JOIN records USING (seq) ORDER BY seq LIMIT 1) AS oldest,
          (SELECT count(*) FROM dead_traces) AS dead,
          (SELECT why FROM dead_traces ORDER BY at DESC, seq DESC LIMIT 1) AS why`,
      )
      const { waiting, oldest = null, dead, why = null } = row ?? {}
      return {
        waiting: Number(waiting),
        oldestAt: oldest === null ? null : Number(oldest),
        dead: Number(dead),
        lastDeath: why === null ? null : String(why),
      }
    },
  }
}
