/**
 * The `aicc` command: reads argv, knows one file per verb, and turns every end into an exit code.
 */
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import { quote } from '../diagnostics/quote.ts'
import { showPath } from '../load/show-path.ts'
import { CommandFailure } from './command-failure.ts'
import { alertsCommand } from './alerts.ts'
import { compileCommand } from './compile.ts'
import { diffCommand } from './diff.ts'
import { doctorCommand } from './doctor.ts'
import { loadDotEnv } from './environment.ts'
import { explainCommand } from './explain.ts'
import { fmtCommand } from './fmt.ts'
import { importCommand } from './import.ts'
import { keysCommand } from './keys.ts'
import { logsCommand } from './logs.ts'
import { metricsCommand } from './metrics.ts'
import { migrateCommand } from './migrate.ts'
import { modeCommand } from './mode.ts'
import { reloadCommand } from './reload.ts'
import { requestsCommand } from './requests.ts'
import { serveCommand } from './serve.ts'
import { shadowCommand } from './shadow.ts'
import { statusCommand } from './status.ts'
import { testCommand } from './test.ts'
import { tolerateClosedOutput } from './tolerate-closed-output.ts'
import { traceCommand } from './trace.ts'
import { usageCommand } from './usage.ts'
import { productVersion, versionCommand } from './version.ts'
import { whyCommand } from './why.ts'

const VERBS = [
  serveCommand,
  compileCommand,
  explainCommand,
  testCommand,
  diffCommand,
  fmtCommand,
  migrateCommand,
  importCommand,
  reloadCommand,
  statusCommand,
  keysCommand,
  modeCommand,
  shadowCommand,
  usageCommand,
  requestsCommand,
  whyCommand,
  traceCommand,
  alertsCommand,
  logsCommand,
  metricsCommand,
  doctorCommand,
  versionCommand,
]

export function createProgram(): Command {
  const program = new Command('aicc')
    .description(
      'AI Command Center: compiles policies for LLM traffic and runs the gateway that keeps to them',
    )
    .version(productVersion())
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit code: 0 yes, 1 could not run, 2 ran and the answer is no, 70 a bug of aicc.

Examples:
  $ aicc serve                      compile policies/ and start the gateway
  $ aicc keys new laptop --write    make a key for a client
  $ aicc doctor                     check backends, certificate and configuration`,
    )
  for (const verb of VERBS) program.addCommand(alsoJson(verb().copyInheritedSettings(program)))
  return program
}

/** `--json` is understood everywhere, by commands with more formats than two as well. */
function alsoJson(command: Command): Command {
  const format = command.options.find(({ long }) => long === '--format')
  if (format?.argChoices?.includes('json') !== true) return command
  return command.addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
}

/** @returns the exit code */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await loadDotEnv()
    process.exitCode = 0
    await createProgram().parseAsync(argv, { from: 'user' })
    return process.exitCode
  } catch (error) {
    // Commander has said what it had to say: help and version end with 0, wrong usage with 1.
    if (error instanceof CommanderError) return error.exitCode
    if (error instanceof CommandFailure) {
      console.error(error.message)
      return error.exitCode
    }
    // A file or folder that is not as it should be.
    if (error instanceof Error && 'syscall' in error) {
      console.error(`error: ${inWords(error)}`)
      return 1
    }
    console.error(bugReport(error))
    return 70
  }
}

/** Of a file that is not there people know what it is called, not what was asked of the system. */
function inWords(error: Error): string {
  const { code, path, message }: NodeJS.ErrnoException = error
  return code === 'ENOENT' && path !== undefined ? `${quote(showPath(path))} does not exist` : message
}

function bugReport(error: unknown): string {
  const trace = error instanceof Error ? error.stack : String(error)
  return [
    `aicc ${productVersion()}: this is a bug of aicc, not of your configuration.`,
    'Please report it with the lines below and what you ran (without keys).',
    `node ${process.version} on ${process.platform}-${process.arch}`,
    trace,
  ].join('\n')
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  tolerateClosedOutput()
  process.exitCode = await run(process.argv.slice(2))
}
