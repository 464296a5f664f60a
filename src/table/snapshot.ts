/**
 * A snapshot: the route table plus what the control process adds at run time (secrets, host names).
 * It travels over the control socket and lives in the edge's memory; it is never written to disk.
 */
import type { LedgerState } from './ledger-state.ts'
import type { RouteTable } from './route-table.ts'

/** A client key as the edge knows it: by SHA-256 only. */
export interface HashedKey {
  client: string
  /** SHA-256 of the key, 64 hex digits. The first eight serve as its public id. */
  sha256: string
  deprecatedAt: number | null
  expiresAt: number | null
}

export interface Snapshot {
  table: RouteTable
  keys: HashedKey[]
  /** Backend name → key to send; absent where the backend takes none. */
  backendKeys: Record<string, string>
  /** Client name → the secret by which it signs; absent where it does not. */
  signingSecrets: Record<string, string>
  /** Host names and addresses the gateway answers to, lower case, without port, IPv6 without brackets. */
  hosts: string[]
  /** Modes that are on, each a key of the table's `modes`. */
  modesOn: string[]
}

/** A snapshot as an edge is given it. */
export interface HandedSnapshot extends Snapshot {
  /** What was counted before this edge; only with the first. */
  ledger?: LedgerState | null
}
