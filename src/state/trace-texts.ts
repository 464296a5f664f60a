/**
 * Text of requests and answers that waits for the sinks which take it. It is gone as soon as none of them wants it any
 * more, and in any case after a week: its trace goes without.
 */
import type { Sql } from '../ports.ts'
import { SINK_BITS } from '../table/packed-records.ts'
import { textSize } from '../table/text-size.ts'
import { SINK_KINDS, type SinkKind, type TraceContent } from '../table/trace-policy.ts'
import type { TraceText } from '../table/trace-text.ts'
import type { Run } from './runs-of.ts'
import { waitingTable } from './waiting-table.ts'

export const TRACE_TEXTS_TABLE = `CREATE TABLE trace_texts (
    seq INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
    sinks INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, text TEXT NOT NULL
  );
  CREATE INDEX trace_texts_by_size ON trace_texts (seq, size);`

const KEPT_MS = 7 * 24 * 3_600_000
/** Characters; beyond that the oldest go. */
const MOST_TEXT = 256 * 1024 * 1024
/** Whether it is too much is looked at each time that so many parts of it have come. */
const LOOKED_AT = 16

/** Who asks for a text. */
export interface TextReader {
  sink: SinkKind
  /** The most that it is to have. */
  content: TraceContent
  /** Its `sinkPlace`. */
  place?: string | undefined
}

export interface TraceTexts {
  /** @param id of a record that is kept @param at Unix ms */
  keep: (id: string, text: TraceText, at: number) => void
  /** How long the text of each is; 0 = it has none for that sink. */
  sizes: (sink: SinkKind, seqs: readonly number[]) => number[]
  /** Null where there is none for that sink, or more is in it than the sink is to have now; `elsewhere` = it was for another place. */
  read: (seq: number, reader: TextReader) => TraceText | 'elsewhere' | null
  /** The sink needs none of those any more. */
  letGo: (sink: SinkKind, run: Run) => void
  /** Forgets what no sink waits for, what is too old, and what is too much. @param now Unix ms */
  prune: (now: number) => void
}

/** @param most characters that may wait */
export function createTraceTexts(sql: Sql, most: number = MOST_TEXT): TraceTexts {
  const bit = (sink: SinkKind): number => SINK_BITS[sink]
  let added = 0
  const bound = (): void => {
    added = 0
    sql.run(
      `DELETE FROM trace_texts WHERE seq <= (SELECT max(seq) FROM
        (SELECT seq, sum(size) OVER (ORDER BY seq DESC) AS sum FROM trace_texts) WHERE sum > ?)`,
      most,
    )
  }
  return {
    keep(id, text, at) {
      const { sinks, ...said } = text
      const bits = sinks.reduce((sum, sink) => sum | bit(sink), 0)
      const size = textSize(text)
      sql.run(
        `INSERT INTO trace_texts (seq, sinks, at, size, text)
          SELECT seq, traced & CAST(? AS INTEGER), ?, ?, ? FROM records WHERE id = ? AND traced & CAST(? AS INTEGER)`,
        bits,
        at,
        size,
        JSON.stringify(said),
        id,
        bits,
      )
      added += size
      if (added > most / LOOKED_AT) bound()
    },
    sizes: (sink, seqs) =>
      seqs.map((seq) => {
        const [row] = sql.rows('SELECT sinks, size FROM trace_texts WHERE seq = ?', seq)
        return (Number(row?.['sinks'] ?? 0) & bit(sink)) === 0 ? 0 : Number(row?.['size'])
      }),
    read(seq, { sink, content, place }) {
      const [row] = sql.rows('SELECT sinks, text FROM trace_texts WHERE seq = ?', seq)
      if (row === undefined || (Number(row['sinks']) & bit(sink)) === 0) return null
      const { places, ...said } = JSON.parse(String(row['text'])) as Omit<TraceText, 'sinks'>
      if (places?.[sink] !== place) return 'elsewhere'
      const isAllowed = content === 'full' || content === said.content
      return isAllowed ? { ...said, sinks: [sink] } : null
    },
    letGo(sink, { first, last }) {
      const run = 'seq BETWEEN ? AND ?'
      sql.run(`DELETE FROM trace_texts WHERE ${run} AND sinks = ?`, first, last, bit(sink))
      const others = 'sinks & ~CAST(? AS INTEGER)'
      // Only those that were for it: a row is written anew with all its text.
      const its = `${run} AND sinks & CAST(? AS INTEGER)`
      sql.run(`UPDATE trace_texts SET sinks = ${others} WHERE ${its}`, bit(sink), first, last, bit(sink))
    },
    prune(now) {
      const waits = SINK_KINDS.map(
        (sink) => `(sinks & ${bit(sink)} AND seq IN (SELECT seq FROM ${waitingTable(sink)}))`,
      )
      sql.run(`DELETE FROM trace_texts WHERE at < ? OR NOT (${waits.join(' OR ')})`, now - KEPT_MS)
      bound()
    },
  }
}
