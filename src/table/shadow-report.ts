/**
 * What a shadow tells: a candidate table decides beside the live one, and where the two differ is counted and
 * listed. INVARIANT: nothing that a client wrote is in it.
 */
import type { Surface } from './route-table.ts'

export interface ShadowReport {
  /** Of the candidate's table. */
  digest: string
  /** Unix ms since which it has been counting; it begins anew with each live table and each edge process. */
  since: number
  /** Requests that both tables decided. */
  requests: number
  /** Of these, how many the candidate would have decided differently. */
  differing: number
  /** Differing requests of kinds beyond those that the list has room for. */
  unlisted: number
  /** Most frequent first. */
  kinds: ShadowKind[]
}

/** Requests on which the two differ alike. */
export interface ShadowKind {
  count: number
  client: string
  /** The name of the policy that was asked for; of a wildcard its entry. */
  model: string
  surface: Surface
  /** Rule and first target, or the refusal. */
  live: string
  candidate: string
}
