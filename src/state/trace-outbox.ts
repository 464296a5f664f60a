/**
 * Traces that wait for a sink: no more than the numbers of their records, written in one transaction with them. Each is
 * marked before it is sent, so that what a crash leaves in doubt is known to be. Each sink has tables of its own.
 */
import type { Sql, SqlValue } from '../ports.ts'
import { DROPPED_BITS } from '../table/packed-records.ts'
import type { TraceOutbox } from '../table/trace-outbox.ts'
import type { SinkKind } from '../table/trace-policy.ts'
import type { OutgoingTrace } from '../table/trace-text.ts'
import { ENTRY_COLUMNS, ENTRY_WIDTH, toEntry } from './history-entry.ts'
import { createRefusedTraces, type RefusedTraces } from './refused-traces.ts'
import { runsOf } from './runs-of.ts'
import { createTraceTexts } from './trace-texts.ts'
import { deadTable, waitingTable } from './waiting-table.ts'

/** Who is refused so often, and others get through each time in between, is to blame. */
const MOST_REFUSALS = 10

interface Tables {
  waiting: string
  dead: string
}

const TABLES: Readonly<Record<SinkKind, Tables>> = {
  langfuse: { waiting: waitingTable('langfuse'), dead: deadTable('langfuse') },
  otlp: { waiting: waitingTable('otlp'), dead: deadTable('otlp') },
}

/** An entry, and `sent`. */
type WaitingRow = readonly SqlValue[]

/** How `sent` goes on: sent for the first time, and sent once more after nobody heard what became of it. */
const SENT = 1
const SENT_AGAIN = 2

/** Who stands aside, as JSON. */
const NOBODY = '[]'

/** Characters of text that are handed out at once. */
const MOST_TEXT = 8 * 1024 * 1024

/** What makes the tables of a sink. */
export function traceTables(sink: SinkKind): string {
  const { waiting, dead } = TABLES[sink]
  return `CREATE TABLE ${waiting} (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    sent INTEGER NOT NULL DEFAULT 0, refusals INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE ${dead} (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE, at INTEGER NOT NULL, why TEXT NOT NULL
  );`
}

export function createTraceOutbox(sql: Sql): TraceOutbox {
  const texts = createTraceTexts(sql)
  const refusedBy: Readonly<Record<SinkKind, RefusedTraces>> = {
    langfuse: createRefusedTraces(),
    otlp: createRefusedTraces(),
  }
  const giveUp = (sink: SinkKind, seq: number, why: string): void => {
    const { waiting, dead } = TABLES[sink]
    sql.run(`INSERT OR REPLACE INTO ${dead} VALUES (?, ?, ?)`, seq, Date.now(), why)
    sql.run(`DELETE FROM ${waiting} WHERE seq = ?`, seq)
    texts.letGo(sink, { first: seq, last: seq })
    refusedBy[sink].forget(seq)
  }
  /** The oldest, of more than may wait. @returns how many */
  const drop = (sink: SinkKind, backlog: number): number => {
    const { waiting } = TABLES[sink]
    const [newest] = sql.tuples(`SELECT seq FROM ${waiting} ORDER BY seq DESC LIMIT 1 OFFSET ?`, backlog)
    if (newest === undefined) return 0
    const last = seqOf(newest)
    sql.run(
      `UPDATE records SET traced = traced | ${DROPPED_BITS[sink]}
        WHERE seq IN (SELECT seq FROM ${waiting} WHERE seq <= ?)`,
      last,
    )
    texts.letGo(sink, { first: 0, last })
    return sql.run(`DELETE FROM ${waiting} WHERE seq <= ?`, last)
  }
  /** How many of them can be handed out with their text. */
  const readable = (sink: SinkKind, rows: readonly WaitingRow[]): number => {
    let size = 0
    const sizes = texts.sizes(sink, rows.map(seqOf))
    const tooMany = sizes.findIndex((more, i) => {
      size += more
      return size > MOST_TEXT && i > 0
    })
    return tooMany === -1 ? rows.length : tooMany
  }
  return {
    nextTraces: ({ sink, most, backlog, content = 'metadata-only', place }) =>
      sql.atomically(() => {
        const { waiting } = TABLES[sink]
        const dropped = drop(sink, backlog)
        const refused = refusedBy[sink]
        const find = (but: string): WaitingRow[] =>
          sql.tuples(
            `SELECT ${ENTRY_COLUMNS}, sent FROM ${waiting} JOIN records USING (seq)
              WHERE seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?`,
            but,
            most,
          )
        let aside = JSON.stringify(refused.aside())
        let found = find(aside)
        if (found.length === 0 && aside !== NOBODY) {
          refused.callBack()
          aside = NOBODY
          found = find(aside)
        }
        const rows = content === 'metadata-only' ? found : found.slice(0, readable(sink, found))
        const last = seqOf(rows.at(-1) ?? [0])
        sql.run(
          `UPDATE ${waiting} SET sent = CASE sent WHEN 0 THEN ${SENT} ELSE ${SENT_AGAIN} END
            WHERE seq <= ? AND sent < ${SENT_AGAIN} AND seq NOT IN (SELECT value FROM json_each(?))`,
          last,
          aside,
        )
        let withheld = 0
        const traces = rows.map((row): OutgoingTrace => {
          const text = content === 'metadata-only' ? null : texts.read(seqOf(row), { sink, content, place })
          if (text === 'elsewhere') withheld += 1
          return text === null || text === 'elsewhere' ? toEntry(row) : { ...toEntry(row), text }
        })
        return {
          traces,
          sentBefore: rows.filter((row) => row[ENTRY_WIDTH] !== 0).length,
          dropped,
          ...(withheld > 0 && { withheld }),
          ...((rows.length < found.length || aside !== NOBODY) && { more: true as const }),
        }
      }),
    settleTraces(sink, { done, back, refused, doubted = [], dead }) {
      sql.atomically(() => {
        const { waiting } = TABLES[sink]
        const refusals = refusedBy[sink]
        refusals.taken(done)
        for (const run of runsOf(done)) {
          sql.run(`DELETE FROM ${waiting} WHERE seq BETWEEN ? AND ?`, run.first, run.last)
          texts.letGo(sink, run)
        }
        // What was in doubt before stays so.
        const unsent = `sent = CASE sent WHEN ${SENT} THEN 0 ELSE sent END`
        for (const seq of back) sql.run(`UPDATE ${waiting} SET ${unsent} WHERE seq = ?`, seq)
        for (const { seq, why } of dead) giveUp(sink, seq, why)
        for (const seq of refused) sql.run(`UPDATE ${waiting} SET ${unsent} WHERE seq = ?`, seq)
        const alone = [...refused, ...doubted]
        for (const seq of alone) {
          const count = Number(refusals.refuse(seq))
          sql.run(`UPDATE ${waiting} SET refusals = refusals + ? WHERE seq = ?`, count, seq)
        }
        if (alone.length === 0) return
        const tired = sql.rows(`SELECT seq FROM ${waiting} WHERE refusals >= ?`, MOST_REFUSALS)
        for (const { seq } of tired)
          giveUp(sink, Number(seq), `refused ${MOST_REFUSALS} times while others were taken`)
      })
    },
    traceBacklog(sink) {
      const tables = TABLES[sink]
      const [row] = sql.rows(
        `SELECT (SELECT count(*) FROM ${tables.waiting}) AS waiting,
          (SELECT ended_at FROM ${tables.waiting} JOIN records USING (seq) ORDER BY seq LIMIT 1) AS oldest,
          (SELECT count(*) FROM ${tables.dead}) AS dead,
          (SELECT why FROM ${tables.dead} ORDER BY at DESC, seq DESC LIMIT 1) AS why`,
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

function seqOf(row: WaitingRow): number {
  return Number(row[0])
}
