/**
 * A policy to compare, in any of the forms in which one lies about.
 */
import { readFile, stat } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { tableProblem } from '../../src/control/table-problem.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { CommandFailure } from './command-failure.ts'
import { compileForTool } from './compile-for-tool.ts'

/**
 * @param path a folder of policies, a table as `aicc compile` prints or writes it, or `-` for one on standard input
 * @throws CommandFailure
 */
export async function readTable(path: string): Promise<RouteTable> {
  if (path === '-') return parseTable(await readAll(process.stdin), 'standard input')
  if ((await stat(path)).isDirectory()) return (await compileForTool(path)).compiled.table
  return parseTable(await readFile(path, 'utf8'), path)
}

/** Before the table in `src/generated/route-table.ts`. */
const MODULE_HEAD = /^[^{]*\{ RouteTable \}[^{]*= (?=\{)/

function parseTable(text: string, from: string): RouteTable {
  let table: unknown
  try {
    table = JSON.parse(text.replace(MODULE_HEAD, ''))
  } catch {
    throw new CommandFailure(`error: ${from} is not what \`aicc compile --print\` prints`, 1)
  }
  const problem = tableProblem(table)
  if (problem !== null) throw new CommandFailure(`error: ${from} cannot be compared: ${problem}`, 1)
  return table as RouteTable
}
