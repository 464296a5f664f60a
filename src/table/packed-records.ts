/**
 * Records as they travel to the database: rows of values under one list of columns, and every charge once, because a
 * batch is mostly about the same few. Who packs and who unpacks may be of different versions, so columns have names.
 */
import type { Charge } from './charges.ts'
import { finishedOf } from './finished-of.ts'
import type { RequestRecord } from './request-record.ts'
import type { SinkKind } from './trace-policy.ts'
import type { TraceText } from './trace-text.ts'
import type { BookedCharge, Finished } from './usage-book.ts'

/** As JSON and as the database take them. */
export type PackedValue = string | number | null

export interface PackedRecords {
  columns: readonly string[]
  rows: readonly (readonly PackedValue[])[]
  /**
   * What each record was charged: by turns the place in `charges` and what was used, followed by the id of the
   * reservation where that is not the record's own.
   */
  used: readonly (readonly (number | string)[])[]
  charges: readonly Charge[]
  /** What traces hold of text, by the place of the record; left out, none. */
  texts?: readonly { row: number; text: TraceText }[]
}

/** In the order of rowOf(). */
export const RECORD_COLUMNS = [
  'id',
  'correlation_id',
  'started_at',
  'ended_at',
  'client',
  'surface',
  'asked',
  'model',
  'backend',
  'backend_model',
  'rule',
  'digest',
  'stream',
  'status',
  'error',
  'attempts',
  'input',
  'cached_input',
  'output',
  'estimated',
  'cost',
  'verdict',
  'lost',
  'failures',
  'first_token_ms',
  'overhead_us',
  'queued_ms',
  'tags',
  'traced',
  'links',
  'variant',
  'skipped',
  'finish',
] as const

/** @returns JSON of PackedRecords */
export function packRecords(records: readonly RequestRecord[]): string {
  const rows: PackedValue[][] = []
  const used: (number | string)[][] = []
  const known: KnownCharges = { charges: [], places: new Map() }
  const texts: { row: number; text: TraceText }[] = []
  for (const record of records) {
    if (record.text !== undefined) texts.push({ row: rows.length, text: record.text })
    rows.push(rowOf(record))
    used.push(pairsOf(record.charges, known))
  }
  const packed: PackedRecords = { columns: RECORD_COLUMNS, rows, used, charges: known.charges }
  if (texts.length > 0) packed.texts = texts
  return JSON.stringify(packed)
}

/** Of the records packed so far. */
interface KnownCharges {
  charges: Charge[]
  /** By name, where each stands in `charges`. */
  places: Map<string, number>
}

function pairsOf(booked: RequestRecord['charges'], known: KnownCharges): (number | string)[] {
  const pairs: (number | string)[] = []
  for (let i = 0; i < booked.length; i += 1) {
    const { charge, used, reservation } = booked[i]!
    pairs.push(placeOf(charge, known), used)
    if (reservation !== undefined) pairs.push(reservation)
  }
  return pairs
}

function placeOf(charge: Charge, { charges, places }: KnownCharges): number {
  for (let name = charge.key; ; name = `${name} ${periodOf(charge)}`) {
    const place = places.get(name)
    // Within a batch a budget's period changes once a day: hardly ever is a longer name asked for.
    if (place !== undefined && periodOf(charges[place]!) !== periodOf(charge)) continue
    if (place !== undefined) return place
    places.set(name, charges.length)
    return charges.push(charge) - 1
  }
}

function periodOf(charge: Charge): string {
  return charge.kind === 'budget' ? charge.period.name : ''
}

/** @throws SyntaxError when it is no JSON */
export function unpackRecords(text: string): PackedRecords {
  return JSON.parse(text) as PackedRecords
}

/** The reservations of all that ended. @throws SyntaxError when it is no JSON */
export function finishedIn(text: string): Finished[] {
  const { columns, rows, used, charges } = unpackRecords(text)
  const id = columns.indexOf('id')
  return rows.flatMap((row, i) =>
    finishedOf({ id: String(row[id]), charges: bookedCharges(used[i] ?? [], charges) }),
  )
}

/** @param pairs an entry of `used` */
export function bookedCharges(
  pairs: readonly (number | string)[],
  charges: readonly Charge[],
): BookedCharge[] {
  const booked: BookedCharge[] = []
  let at = 0
  while (at < pairs.length) {
    const charge = charges[Number(pairs[at])]
    const used = Number(pairs[at + 1])
    const reservation = pairs[at + 2]
    at += 2
    if (charge === undefined) throw new Error('a record names a charge that its batch does not have')
    if (typeof reservation !== 'string') booked.push({ charge, used })
    else {
      booked.push({ charge, used, reservation })
      at += 1
    }
  }
  return booked
}

function rowOf(record: RequestRecord): PackedValue[] {
  const { usage, verdict } = record
  return [
    record.id,
    record.correlationId,
    record.startedAt,
    record.endedAt,
    record.client,
    record.surface,
    record.asked,
    record.model,
    record.backend,
    record.backendModel,
    record.rule,
    record.digest,
    Number(record.stream),
    record.status,
    record.error,
    record.attempts,
    usage.input,
    usage.cachedInput,
    usage.output,
    Number(usage.source === 'estimate'),
    record.cost,
    verdict && JSON.stringify(verdict),
    record.lost ?? 0,
    record.failures === undefined ? null : JSON.stringify(record.failures),
    record.firstTokenMs,
    record.overheadUs,
    record.queuedMs,
    record.tags === undefined ? null : JSON.stringify(record.tags),
    record.traced === undefined ? 0 : sinkBits(record.traced),
    record.links === undefined ? null : JSON.stringify(record.links),
    record.variant ?? null,
    record.skipped === undefined ? null : JSON.stringify(record.skipped),
    record.finish === undefined ? null : record.finish.join(','),
  ]
}

/** By which the database knows a sink; 0 = none. */
export const SINK_BITS: Readonly<Record<SinkKind, number>> = { langfuse: 1, otlp: 2 }

/** Beside it in the database: too many waited, and its trace had to go. */
export const DROPPED_BITS: Readonly<Record<SinkKind, number>> = { langfuse: 256, otlp: 512 }

function sinkBits(sinks: readonly SinkKind[]): number {
  let bits = 0
  for (const sink of sinks) bits |= SINK_BITS[sink]
  return bits
}
