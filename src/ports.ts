/**
 * What the pipeline needs from the world. A runtime builds these once and hands them to createApp().
 */
import type { ActiveSnapshot } from './table/active-snapshot.ts'
import type { Charge, Refusal, Reservation, Settlement, Verdict } from './table/charges.ts'
import type { HookAnswer, HookCall } from './table/mattermost-hook.ts'
import type { RequestRecord } from './table/request-record.ts'
import type { Finished } from './table/usage-book.ts'

/** A request to a declared backend; the origin is the backend's own and cannot be chosen here. */
export interface BackendRequest {
  method: 'GET' | 'POST' | 'DELETE'
  /** The backend's own, from the table: it fills the Host header. Who is reached is bound by name. */
  origin: string
  /** Absolute path, basePath included. */
  path: string
  headers: Record<string, string>
  body: string | null
  /** What is sent in place of `body`: it is no text. */
  bytes?: Uint8Array<ArrayBuffer>
  signal: AbortSignal
  connectTimeoutMs: number
}

/**
 * Sends to the backend of that name, never anywhere else, and never follows a redirect.
 * @throws BackendUnreachable when no connection came about; StaleConnection when an old one was found dead; any other
 *   error when it broke later.
 */
export type BackendFetch = (backend: string, request: BackendRequest) => Promise<Response>

export class BackendUnreachable extends Error {
  override name = 'BackendUnreachable'
}

/** The connection had served before and died before a byte of this answer came: its peer had closed it meanwhile. */
export class StaleConnection extends Error {
  override name = 'StaleConnection'
}

/** A byte pipe with back-pressure: a write settles when the reader took the bytes. */
export interface BytePipe {
  readable: ReadableStream<Uint8Array>
  writable: WritableStream<Uint8Array>
}

/** Allow-listed: what the edge may say on its log. Never a request object, header or body. */
export interface EdgeEvent {
  event:
    | 'key-deprecated'
    | 'keys-failing'
    | 'budget-warning'
    | 'attempt-failed'
    | 'stream-broken'
    | 'stream-continued'
    | 'internal-error'
  correlationId: string
  client?: string
  keyId?: string
  address?: string
  backend?: string
  model?: string
  cause?: string
}

/**
 * Counts what is used against limits and budgets. Memory answers at once; a shared ledger answers within its deadline
 * with what the policy declares for the time in which it cannot be asked, and never rejects.
 */
export interface Ledger {
  /**
   * Takes nothing. A shared ledger may say yes too often.
   * @returns null = there would be room, by what is known here at once
   */
  look: (charges: readonly Charge[], now: number) => Refusal | null
  /** One atomic step: all charges are taken, or none. */
  reserve: (reservation: Reservation) => Verdict | Promise<Verdict>
  /** Gives back leases and corrects amounts; idempotent by id. */
  settle: (settlement: Settlement) => void | Promise<void>
}

/** A ledger that several nodes share. Each step is atomic; it rejects when it gets no answer in time. */
export interface SharedLedger {
  reserve: (reservation: Reservation) => Promise<Verdict>
  settle: (settlement: Settlement) => Promise<void>
  /** Voids a reservation whose answer was not waited for, whether it was taken or is still on its way. */
  cancel: (id: string) => Promise<void>
  /** Of requests that have ended: settles what was reserved, counts what never was. Idempotent by id. */
  finish: (finished: readonly Finished[]) => Promise<void>
}

export type SqlValue = string | number | null
export type SqlRow = Record<string, SqlValue>

/** SQL that answers at once: node:sqlite in a thread of its own, a Durable Object's storage elsewhere. */
export interface Sql {
  rows: (query: string, ...values: SqlValue[]) => SqlRow[]
  /** The values of each row, in the order of the columns of the query: many wide rows cost a quarter as much as by `rows`. */
  tuples: (query: string, ...values: SqlValue[]) => SqlValue[][]
  /** @returns how many rows changed */
  run: (query: string, ...values: SqlValue[]) => number
  /** All that `work` writes, or nothing when it throws. Not nested. */
  atomically: <T>(work: () => T) => T
}

export interface Ports {
  /** The snapshot in force. Waits for the first one after a start; throws when none can be had. */
  snapshot: () => ActiveSnapshot | Promise<ActiveSnapshot>
  backendFetch: BackendFetch
  /** The path as it was sent, without query: not decoded, not normalised. */
  requestPath: (request: Request) => string
  /** The peer's address without port. */
  clientAddress: (request: Request) => string
  /**
   * Calls `act` when the client has gone away before its answer ended.
   * @returns forget; to be called when the answer has ended
   */
  onClientGone: (request: Request, act: () => void) => () => void
  /** Keeps the work alive after the response has been returned (waitUntil). */
  defer: (work: Promise<unknown>) => void
  /** Lets a body come that nobody reads, within bounds; never rejects. Absent where the server does so by itself. */
  letUploadEnd?: (body: ReadableStream<Uint8Array>) => Promise<void>
  createPipe: () => BytePipe
  log: (event: EdgeEvent) => void
  /**
   * Has a backend woken that does not answer. Resolves when it does (true), or when it did not within the time or cannot
   * be woken; rejects only when the signal is aborted.
   */
  wake: (backend: string, options: { withinMs: number; signal: AbortSignal }) => Promise<boolean>
  /** Has the control process answer a hook's call; null = it cannot just now. Never rejects. */
  hook: (call: HookCall) => Promise<HookAnswer | null>
  ledger: Ledger
  /** Keeps what is to be kept of a request that has ended. Costs next to nothing, never fails, waits for nothing. */
  record: (record: RequestRecord) => void
}
