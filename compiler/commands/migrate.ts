/**
 * `aicc migrate`: brings a policy from an older version of the language to the current one.
 */
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { formatDocument } from '../format/format-document.ts'
import { parseYaml } from '../load/parse-yaml.ts'
import { migrateDocument, versionOf } from '../migrate/migrate-document.ts'
import { CURRENT_VERSION } from '../validate/judge-version.ts'
import { CommandFailure } from './command-failure.ts'
import { formatOrFail, syntaxFailure } from './fmt.ts'
import { rewriteFiles, type RewriteFlags } from './rewrite-files.ts'
import { policiesOption } from './shared-options.ts'

interface MigrateFlags extends RewriteFlags {
  policies: string
  from?: '1'
}

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring policies from an older version of the language to the current one')
    .argument('[folder]', 'the policies folder (default: that of --policies)')
    .addOption(policiesOption())
    .addOption(new Option('--write', 'change the file').conflicts('check'))
    .option('--check', 'change nothing, and exit 2 if there is something to change')
    .addOption(new Option('--from <version>', 'what a policy is in that names no version').choices(['1']))
    .addHelpText(
      'after',
      `
Without --write or --check it shows what it would change, as a diff. A policy that names no
version is in the current one; --from 1 says that it was written before there were versions.
Exit code: 0 done, 1 could not run, 2 not YAML, a newer version, or an older one with --check.

Examples:
  $ aicc migrate
  $ aicc migrate --from 1 --write`,
    )
    .action(async (folder: string | undefined, flags: MigrateFlags) => {
      process.exitCode = await runMigrate(folder ?? flags.policies, flags)
    })
}

/** @returns the exit code */
async function runMigrate(folder: string, flags: MigrateFlags): Promise<number> {
  const rewrite = (text: string, file: string): string => migrateText(text, { file, from: flags.from })
  const changed = await rewriteFiles([join(folder, 'policy.yaml')], { flags, rewrite })
  if (changed.length === 0) console.error(`migrate: already in version ${CURRENT_VERSION}`)
  else if (flags.check)
    console.error(`migrate: not in version ${CURRENT_VERSION}; \`aicc migrate --write\` changes it`)
  else console.error(`migrate: ${flags.write ? 'changed' : 'nothing written; --write does it'}`)
  return flags.check && changed.length > 0 ? 2 : 0
}

interface MigrateTextOptions {
  file: string
  /** The version of a text that names none, if not the current one. */
  from: '1' | undefined
}

function migrateText(text: string, { file, from }: MigrateTextOptions): string {
  const { document, value, diagnostics } = parseYaml(text, file)
  if (value === undefined) throw syntaxFailure(text, file, diagnostics)
  const version = versionOf(document) ?? (from === undefined ? CURRENT_VERSION : Number(from))
  if (version === CURRENT_VERSION) return text
  if (version !== 1) {
    throw new CommandFailure(
      `error: ${file} is in no version that this aicc can migrate: ${JSON.stringify(version)}`,
      2,
    )
  }
  migrateDocument(document)
  return formatOrFail(formatDocument(document, text), file)
}
