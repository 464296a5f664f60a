/**
 * The last route table that came into force, kept in the state folder: a start whose policies do not compile
 * serves it instead of nothing. No secret is in a table, so none is on disk; they are read anew.
 */
import { createHash } from 'node:crypto'
import type { RouteTable } from '../table/route-table.ts'
import { readIfThere, writePrivate, type StateFolder } from './state-folder.ts'

/** Tables of other versions mean something else to the edge that runs now. */
const VERSION: RouteTable['version'] = 2

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
  const ignored = (why: string): KeptTable => ({
    ok: false,
    why: `${state.acceptedTable} is ignored: ${why}`,
  })
  const kept = parse(text)
  if (kept === null) return ignored('it is damaged')
  const { table } = kept
  if (table.version !== VERSION)
    return ignored(`its table has version ${String(table.version)}, this aicc wants ${String(VERSION)}`)
  if (table.digest !== digestOf(table)) return ignored('its digest is not that of its content')
  if (kept.policies !== policies) return ignored(`it was compiled from ${kept.policies}`)
  return { ok: true, accepted: kept }
}

function parse(text: string): AcceptedTable | null {
  try {
    const kept = JSON.parse(text) as AcceptedTable | null
    return typeof kept?.table === 'object' && kept.table !== null ? kept : null
  } catch {
    return null
  }
}

/** The compiler's digest is over canonical JSON. Tables are emitted in that order, and JSON keeps it. */
function digestOf(table: RouteTable): string {
  const { digest: _, ...content } = table
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
