/**
 * `aicc fmt`: policy files in their canonical form, comments kept.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { findSecretShapes, maskRanges, mergeRanges } from '../diagnostics/secret-shapes.ts'
import { formatText } from '../format/format-text.ts'
import { findPacks, listFilesOnDisk } from '../load/find-packs.ts'
import { findTestFiles } from '../load/find-test-files.ts'
import { CommandFailure } from './command-failure.ts'
import { DiagnosticsFailure } from './compile-for-tool.ts'
import { rewriteFiles, type RewriteFlags } from './rewrite-files.ts'
import { policiesOption } from './shared-options.ts'

interface FmtFlags extends RewriteFlags {
  policies: string
}

export function fmtCommand(): Command {
  return new Command('fmt')
    .description('bring policy files into their canonical form; comments and meaning stay')
    .argument('[paths...]', 'files, folders, or - for stdin to stdout (default: the policies folder)')
    .addOption(policiesOption())
    .addOption(new Option('--write', 'change the files').conflicts('check'))
    .option('--check', 'change nothing, list the files that are not formatted, and exit 2 if there are any')
    .addHelpText(
      'after',
      `
Without --write or --check it shows what it would change, as a diff.
Exit code: 0 done, 1 could not run, 2 not YAML, or not formatted with --check.

Examples:
  $ aicc fmt --write
  $ aicc fmt --check policies examples
  $ aicc fmt - < policy.yaml`,
    )
    .action(async (paths: string[], flags: FmtFlags) => {
      process.exitCode = paths.includes('-')
        ? await formatStdin(paths, flags)
        : await formatFiles(paths, flags)
    })
}

/** @returns the exit code */
async function formatFiles(paths: readonly string[], flags: FmtFlags): Promise<number> {
  const files = await findPolicyFiles(paths.length > 0 ? paths : [flags.policies])
  if (files.length === 0) throw new CommandFailure('error: there is no YAML file to format', 1)
  const changed = await rewriteFiles(files, { flags, rewrite: formatOrFail })
  const of = `${changed.length} of ${files.length} ${files.length === 1 ? 'file' : 'files'}`
  if (flags.check) console.error(`fmt: ${of} not formatted`)
  else console.error(`fmt: ${of} ${flags.write ? 'formatted' : 'would change; --write changes them'}`)
  return flags.check && changed.length > 0 ? 2 : 0
}

/** @returns the exit code */
async function formatStdin(paths: readonly string[], { write, check }: FmtFlags): Promise<number> {
  if (paths.length > 1 || write) throw new CommandFailure('error: - stands alone, and without --write', 1)
  const text = await readAll(process.stdin)
  const formatted = formatOrFail(text, 'stdin')
  if (check) return formatted === text ? 0 : 2
  process.stdout.write(formatted)
  return 0
}

/** @throws CommandFailure when the text is no YAML */
export function formatOrFail(text: string, file: string): string {
  const formatted = formatText(text, file)
  if ('text' in formatted) return formatted.text
  if ('diagnostics' in formatted) throw syntaxFailure(text, file, formatted.diagnostics)
  throw new CommandFailure(
    `error: ${file} is left alone: formatted, it would not say quite the same; please report the file`,
    1,
  )
}

/** The frames of a file that may hold a secret where it does not belong. */
export function syntaxFailure(
  text: string,
  file: string,
  diagnostics: readonly Diagnostic[],
): CommandFailure {
  const source = maskRanges(text, mergeRanges(findSecretShapes(text)))
  return new DiagnosticsFailure(diagnostics, new Map([[file, source]]))
}

/** Of a folder: its YAML files, its packs of detectors, and the policy tests below it. */
async function findPolicyFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      if (!(await stat(path)).isDirectory()) return [path]
      const names = await readdir(path)
      const own = names.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(path, name))
      const packs = (await findPacks(path, listFilesOnDisk)).map((pack) => join(path, pack))
      return [...own, ...packs, ...(await findTestFiles([path]))].toSorted()
    }),
  )
  return [...new Set(found.flat())]
}
