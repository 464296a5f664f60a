/**
 * `aicc compile`: policies → route table, or diagnostics.
 * Stdout carries the result (`--print`, or the report of a machine format), stderr everything for people.
 */
import { readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError, Option } from 'commander'
import { buildSnapshot } from '../../src/control/build-snapshot.ts'
import type { RouteTable } from '../../src/table/route-table.ts'
import { compile, type CompileResult } from '../compile.ts'
import type { DiagnosticCode } from '../diagnostics/codes.ts'
import { FORMATS, renderDiagnostics, type Format } from '../diagnostics/render/render.ts'
import { toModule } from '../emit/to-module.ts'
import { showPath } from '../load/show-path.ts'
import { compileSummary } from './compile-summary.ts'
import { countOf } from './count-of.ts'
import { readEnvironment } from './environment.ts'
import { isServed, reloadRunning } from './reload-running.ts'
import { policiesOption, stateOption } from './shared-options.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COMMITTED_TABLE = join(ROOT, 'src/generated/route-table.ts')

/** Without its input the compiler could not run: that is no verdict on a policy. */
const UNREAD = new Set<DiagnosticCode>(['yaml/missing-file', 'yaml/unreadable-file'])

const PLACEHOLDER = 'x'.repeat(32)

interface CompileFlags {
  policies: string
  state: string
  out?: string
  print?: boolean
  emit: boolean
  fresh?: boolean
  denyWarnings?: boolean
  format: Format
  maxDiagnostics: number
  reload: boolean
  verbose?: boolean
}

export function compileCommand(): Command {
  return new Command('compile')
    .description('compile the policies into a route table, or say what is wrong with them')
    .addOption(policiesOption())
    .addOption(stateOption())
    .option(
      '--out <file>',
      "write the table here (default: src/generated/route-table.ts, for this checkout's policies)",
    )
    .option('--print', 'print the route table as JSON')
    .option('--no-emit', 'only diagnose, write nothing')
    .option('--fresh', 'write nothing; exit 2 when the table on disk is not what the policies compile to')
    .option('--deny-warnings', 'exit 2 on warnings too')
    .addOption(new Option('--format <format>', 'of the diagnostics').choices(FORMATS).default('pretty'))
    .option('--max-diagnostics <n>', 'show no more than so many, 0 = all', toCount, 20)
    .option('--no-reload', 'leave a running gateway as it is')
    .option('-v, --verbose', 'list the worst case of every model, and every price that was looked up')
    .addHelpText(
      'after',
      `
Formats other than pretty go to stdout. Exit code: 0 compiled, 1 could not run, 2 errors
(or warnings with --deny-warnings, or a stale table with --fresh).

Examples:
  $ aicc compile                        compile, and reload the gateway if it runs
  $ aicc compile --no-emit              only look for mistakes
  $ aicc compile --format sarif > out.sarif`,
    )
    .action(async (flags: CompileFlags) => {
      process.exitCode = await runCompile(flags)
    })
}

/** @returns the exit code. */
async function runCompile(flags: CompileFlags): Promise<number> {
  if (flags.print && flags.format !== 'pretty') {
    return refuse('--print and --format both want stdout: choose one')
  }
  const result = await compile({ policies: flags.policies })
  report(result, flags)
  const errors = result.diagnostics.filter(({ severity }) => severity === 'error').length
  const warnings = result.diagnostics.length - errors
  const finish = (outcome: string): void =>
    console.error(`compile: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}; ${outcome}`)

  const denied = flags.denyWarnings === true && warnings > 0
  if (!result.ok || denied) {
    const kept = (await isServed(flags)) ? '; the running gateway keeps what it had' : ''
    finish(`no route table written${result.ok ? ', warnings are denied' : ''}${kept}`)
    return result.diagnostics.some(({ code }) => UNREAD.has(code)) ? 1 : 2
  }
  if (flags.print) console.log(JSON.stringify(result.table, null, 2))
  process.stderr.write(compileSummary(result.policy, { all: flags.verbose === true }))

  const written = await emit(toModule(result.table), flags)
  if (!written.ok) {
    finish(written.outcome)
    return written.exitCode
  }
  const reloaded = flags.emit && !flags.fresh && flags.reload ? await reloadRunning(flags) : null
  // A gateway that runs has its own environment, and has just said what it lacks.
  if (reloaded === null && !flags.fresh) process.stderr.write(await unmetSecrets(result.table))
  finish(
    [
      written.outcome,
      `digest ${result.table.digest.slice(0, 12)}`,
      ...(reloaded ? [reloaded.outcome] : []),
    ].join('; '),
  )
  return reloaded?.exitCode ?? 0
}

function report(
  { diagnostics, sources }: CompileResult,
  { format, maxDiagnostics: max }: CompileFlags,
): void {
  const color = format === 'pretty' && process.stderr.isTTY && !process.env['NO_COLOR']
  const text = renderDiagnostics(diagnostics, { format, sources, color, max })
  if (format === 'pretty') process.stderr.write(text)
  else process.stdout.write(text)
}

/** What a gateway that is started here would refuse, though the policy is right. */
async function unmetSecrets(table: RouteTable): Promise<string> {
  const world = { hosts: [], modesOn: [] }
  const environment = await readEnvironment()
  // This one the gateway makes itself.
  const AICC_CLIENT_KEY = environment['AICC_CLIENT_KEY'] || PLACEHOLDER
  const built = buildSnapshot(table, { ...environment, AICC_CLIENT_KEY }, world)
  if (built.ok) return ''
  const lines = built.problems.map((problem) => `  ${problem}\n`)
  return `note: started here the gateway would refuse this policy; put into the environment or into .env:\n${lines.join('')}`
}

type Emitted = { ok: true; outcome: string } | { ok: false; outcome: string; exitCode: 1 | 2 }

/** Writes, or compares, or does neither: says which. */
async function emit(module: string, flags: CompileFlags): Promise<Emitted> {
  const file = flags.out ?? ((await isOwnPolicies(flags.policies)) ? COMMITTED_TABLE : null)
  const shown = file === null ? '' : showPath(file)
  const before = file === null ? null : await readFile(file, 'utf8').catch(() => null)
  if (flags.fresh) {
    if (file === null)
      return { ok: false, outcome: "--fresh needs --out for policies of one's own", exitCode: 1 }
    if (before === module) return { ok: true, outcome: `${shown} is fresh` }
    return { ok: false, outcome: `${shown} is stale: run \`npm run compile\` and commit it`, exitCode: 2 }
  }
  if (!flags.emit) return { ok: true, outcome: 'nothing written (--no-emit)' }
  if (file === null)
    return { ok: true, outcome: "nothing written (not this checkout's policies; --out FILE writes)" }
  if (before === module) return { ok: true, outcome: `${shown} is unchanged` }
  try {
    await writeFile(`${file}.tmp`, module)
    await rename(`${file}.tmp`, file)
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return { ok: false, outcome: `cannot write ${shown}: ${cause}`, exitCode: 1 }
  }
  return { ok: true, outcome: `wrote ${shown}` }
}

/** Only the checkout's own policies are what its committed table is compiled from. */
async function isOwnPolicies(policies: string): Promise<boolean> {
  const [given, own] = await Promise.all([
    realpath(resolve(policies)),
    realpath(join(ROOT, 'policies')).catch(() => ''),
  ])
  return given === own
}

function refuse(message: string): number {
  console.error(`error: ${message}`)
  return 1
}

function toCount(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new InvalidArgumentError('must be a whole number')
  return Number(text)
}
