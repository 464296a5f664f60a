/**
 * The last route table that came into force, kept in the state folder: a start whose policies do not compile
 * serves it instead of nothing. No secret is in a table, so none is on disk; they are read anew.
 */
import type { RouteTable } from '../table/route-table.ts'
import { readIfThere, writePrivate, type StateFolder } from './state-folder.ts'
import { tableProblem } from './table-problem.ts'

export interface AcceptedTable {
  table: RouteTable
  /** Absolute path of the folder that it was compiled from. */
  policies: string
  /** ISO 8601. */
  acceptedAt: string
}

export type KeptTable = { ok: true; accepted: AcceptedTable } | { ok: false; why: string }

export async function keepAcceptedTable(state: StateFolder, accepted: AcceptedTable): Promise<void> {
  await writePrivate(state.acceptedTable, JSON.stringify(accepted))
}

/** @param policies absolute path of the folder that is to be served; a table of another one would be a surprise */
export async function readAcceptedTable(state: StateFolder, policies: string): Promise<KeptTable> {
  const text = await readIfThere(state.acceptedTable)
  if (text === null) return { ok: false, why: 'no table was accepted before' }
  const kept = parse(text)
  const problem = tableProblem(kept?.table)
  const why = problem ?? (kept?.policies === policies ? null : `it was compiled from ${kept?.policies}`)
  if (kept === null || why !== null) return { ok: false, why: `${state.acceptedTable} is ignored: ${why}` }
  return { ok: true, accepted: kept }
}

function parse(text: string): AcceptedTable | null {
  try {
    return JSON.parse(text) as AcceptedTable | null
  } catch {
    return null
  }
}
