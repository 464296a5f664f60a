/**
 * Compiles for a command that needs the table; diagnostics go where people look.
 */
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { CompileOutcome } from '../../src/control/gateway.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { compile } from '../compile.ts'
import { renderDiagnostics } from '../diagnostics/render/render.ts'
import { CommandFailure } from './command-failure.ts'

/** As the control process wants it. Warnings are printed here, errors are handed on. */
export async function compileForGateway(policies: string): Promise<CompileOutcome> {
  const result = await compile({ policies, shownAs: relative('', policies) || '.' })
  const { diagnostics, sources } = result
  const color = process.stderr.isTTY && !process.env['NO_COLOR']
  const text = renderDiagnostics(diagnostics, { format: 'pretty', sources, color, max: 20 })
  if (!result.ok) return { ok: false, diagnostics, rendered: stripVTControlCharacters(text).trimEnd() }
  process.stderr.write(text)
  return { ok: true, table: result.table }
}

/** @throws CommandFailure with the diagnostics */
export async function compilePolicies(policies: string): Promise<RouteTable> {
  const outcome = await compileForGateway(policies)
  if (!outcome.ok) throw new CommandFailure(outcome.rendered, 2)
  return outcome.table
}
