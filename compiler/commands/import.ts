/**
 * `aicc import litellm`: a LiteLLM proxy's configuration → policies.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { parseDocument } from 'yaml'
import { compile } from '../compile.ts'
import { renderDiagnostics } from '../diagnostics/render/render.ts'
import type { Finding } from '../import/finding.ts'
import { importLiteLlm } from '../import/import-litellm.ts'
import { toYaml } from '../import/to-yaml.ts'
import { readPolicyFile } from '../load/read-policy-file.ts'
import { showPath } from '../load/show-path.ts'
import { CommandFailure } from './command-failure.ts'
import { DiagnosticsFailure } from './compile-for-tool.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface ImportFlags {
  out?: string
  strict?: boolean
  litellmUrl: string
  litellmKey: string
}

type Texts = Record<'policy.yaml' | 'backends.yaml' | 'clients.yaml', string>

export function importCommand(): Command {
  return new Command('import').description("make policies from another gateway's configuration").addCommand(
    new Command('litellm')
      .description("make policies from a LiteLLM proxy's config.yaml")
      .argument('<config>', 'the configuration file')
      .option(
        '--out <folder>',
        'write the three files here; none of them may exist yet (default: print them)',
      )
      .option('--strict', 'exit 2 when something has no counterpart')
      .addOption(
        new Option('--litellm-url <url>', 'LiteLLM itself, for models that only it can serve').default(
          'http://127.0.0.1:4001',
        ),
      )
      .addOption(new Option('--litellm-key <name>', 'the variable with its key').default('LITELLM_KEY'))
      .addHelpText(
        'after',
        `
What has no counterpart is listed on stderr, and no secret is written: the list says which
variable it belongs into. Exit code: 0 done, 1 could not run, 2 no such configuration, or
something was left with --strict.

Example:
  $ aicc import litellm litellm/config.yaml --out policies`,
      )
      .action(async (config: string, flags: ImportFlags) => {
        process.exitCode = await runImport(config, flags)
      }),
  )
}

/** @returns the exit code */
async function runImport(path: string, flags: ImportFlags): Promise<number> {
  const litellm = { url: flags.litellmUrl, keyEnv: flags.litellmKey }
  const imported = importLiteLlm(await readConfig(path), litellm)
  if (Object.keys(imported.policy.models).length === 0) {
    throw new CommandFailure(
      `error: ${showPath(path)} has no model that can be served: is it a LiteLLM config.yaml?`,
      2,
    )
  }
  const comment = (file: string): string =>
    `${schemaLine(file, flags.out)}Imported from ${basename(path)} by \`aicc import litellm\`.`
  const texts: Texts = {
    'policy.yaml': toYaml(imported.policy, comment('policy')),
    'backends.yaml': toYaml(imported.backends, comment('backends')),
    'clients.yaml': toYaml(imported.clients, comment('clients')),
  }
  await refuseBroken(texts)
  if (flags.out === undefined) printTexts(texts)
  else await writeTexts(texts, flags.out)
  return reportFindings(imported.findings, flags)
}

/** By it editors find the schema; a folder elsewhere may move, and its files would point nowhere. */
function schemaLine(file: string, folder: string | undefined): string {
  const below = folder === undefined ? '..' : relative(ROOT, resolve(folder))
  if (below.startsWith('..') || isAbsolute(below)) return ''
  const schemas = relative(resolve(folder ?? ''), join(ROOT, 'schemas'))
    .split(sep)
    .join('/')
  return `yaml-language-server: $schema=${schemas}/${file}.schema.json\n `
}

/** LiteLLM reads plain YAML with merge keys. */
async function readConfig(path: string): Promise<unknown> {
  const text = await readPolicyFile({ path, shownAs: showPath(path), readFile })
  if (typeof text !== 'string') {
    if (text.code !== 'yaml/missing-file') throw new DiagnosticsFailure([text], new Map())
    throw new CommandFailure(`error: ${text.message}`, 1)
  }
  const document = parseDocument(text, { merge: true, prettyErrors: false })
  const [error] = document.errors
  if (error)
    throw new CommandFailure(
      `error: ${showPath(path)} is not YAML: ${error.code} at offset ${error.pos[0]}`,
      2,
    )
  return document.toJS({ maxAliasCount: 1000 })
}

/** What was written by a tool must not be the user's to mend. */
async function refuseBroken(texts: Texts): Promise<void> {
  const result = await compile({
    policies: '.',
    shownAs: '.',
    readFile: (path) => Promise.resolve(Buffer.from(texts[basename(path) as keyof Texts])),
  })
  if (result.ok) return
  const { diagnostics, sources } = result
  const rendered = renderDiagnostics(diagnostics, { format: 'pretty', sources, color: false, max: 5 })
  throw new CommandFailure(`${rendered}error: what was imported does not compile, so nothing was written`, 2)
}

function printTexts(texts: Texts): void {
  for (const [name, text] of Object.entries(texts)) console.log(`# ---- ${name}\n${text}`)
}

/** @throws when one of the files is there already; nothing is overwritten */
async function writeTexts(texts: Texts, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text, { flag: 'wx' })
  console.log(`wrote ${Object.keys(texts).join(', ')} to ${showPath(folder)}`)
}

/** @returns the exit code */
function reportFindings(findings: readonly Finding[], { strict }: ImportFlags): number {
  const lost = findings.filter(({ kind }) => kind === 'left')
  const notes = findings.filter(({ kind }) => kind === 'note')
  if (lost.length > 0) console.error(`${lost.length} without a counterpart:`)
  for (const { path, value, why } of lost) console.error(`  ${path}: ${value ?? ''}\n    ${why}`)
  if (notes.length > 0) console.error('To know:')
  for (const { path, why } of notes) console.error(`  ${path}\n    ${why}`)
  console.error(`import: ${lost.length} left, ${notes.length} to know`)
  return strict && lost.length > 0 ? 2 : 0
}
