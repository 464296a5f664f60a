/**
 * `aicc test`: what a policy must decide, tried on the real decide().
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { findTestFiles } from '../load/find-test-files.ts'
import { percentCovered } from '../policy-test/coverage.ts'
import { loadTests } from '../policy-test/load-tests.ts'
import { renderReport, TEST_FORMATS, type TestFormat } from '../policy-test/report.ts'
import { runTests } from '../policy-test/run-tests.ts'
import { CommandFailure } from './command-failure.ts'
import { compileForTool, DiagnosticsFailure } from './compile-for-tool.ts'
import { policiesOption } from './shared-options.ts'

interface TestFlags {
  policies: string
  run?: RegExp
  failUnder: number
  failOnEmpty?: boolean
  format: TestFormat
}

export function testCommand(): Command {
  return new Command('test')
    .description(
      'run the test cases of the policies: requests and what must become of them, texts and what detectors find',
    )
    .argument('[paths...]', 'folders or files of cases (default: the folder `tests` of the policies)')
    .addOption(policiesOption())
    .option('--run <regex>', 'run only the cases whose name it matches', toRegExp)
    .option(
      '--fail-under <percent>',
      'exit 2 when fewer of the rules and of the detectors in packs are covered',
      toPercent,
      0,
    )
    .option('--fail-on-empty', 'exit 2 when there is no case to run')
    .addOption(new Option('--format <format>', 'of the report').choices(TEST_FORMATS).default('pretty'))
    .addHelpText(
      'after',
      `
A case is a request and what must come of it; nothing is sent anywhere:
  - name: a key pasted into chat stays home
    request: { model: auto, prompt: 'my key is sk-…' }
    expect: { rule: private-stays-home, staysIn: local }

The cases in detectors/*.yaml run as well, on the real scanner, unless paths are given. A rule is covered by a case that
it decides or changes, a detector of a pack by a case that it finds something in.

Exit code: 0 all passed, 1 could not run, 2 a case failed or too little is covered.

Examples:
  $ aicc test --fail-under 100
  $ aicc test --run gaming policies/tests/modes.test.yaml`,
    )
    .action(async (paths: string[], flags: TestFlags) => {
      process.exitCode = await runTestCommand(paths, flags)
    })
}

/** @returns the exit code */
async function runTestCommand(paths: readonly string[], flags: TestFlags): Promise<number> {
  const { policies, run: only = null, failUnder, failOnEmpty = false, format } = flags
  const { compiled, sources } = await compileForTool(policies)
  const found = await findTestFiles(paths.length > 0 ? paths : await defaultFolder(policies))
  const tests = await loadTests(found, compiled.policy)
  if (tests.diagnostics.length > 0) throw new DiagnosticsFailure(tests.diagnostics, tests.sources)

  const report = runTests(tests.files, { compiled, sources, only, packs: paths.length === 0 })
  process.stdout.write(renderReport(report, format))
  if (report.cases.length === 0) {
    if (failOnEmpty) throw new CommandFailure('error: there is no case to run', 2)
    console.error('warning: there is no case to run')
  }
  if (report.cases.some(({ passed }) => !passed)) return 2
  const percent = percentCovered([...report.rules, ...report.detectors])
  if (percent >= failUnder) return 0
  throw new CommandFailure(
    `error: ${percent} % of the rules and detectors are covered, fewer than ${failUnder} %`,
    2,
  )
}

/** A policy may have no tests. */
async function defaultFolder(policies: string): Promise<string[]> {
  const folder = join(policies, 'tests')
  return (await stat(folder).catch(() => null)) === null ? [] : [folder]
}

function toRegExp(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

function toPercent(text: string): number {
  const percent = Number(text)
  if (!/^[0-9]{1,3}$/.test(text) || percent > 100) throw new InvalidArgumentError('must be from 0 to 100')
  return percent
}
