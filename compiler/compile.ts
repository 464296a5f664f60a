/**
 * The compiler on one screen: load → validate → resolve → check → emit.
 * Whatever stands in the files, the answer is a table or diagnostics; an exception is a bug of ours.
 */
import { readFile, stat } from 'node:fs/promises'
import type { RouteTable } from '../src/table/route-table.ts'
import { check } from './check/check.ts'
import { hasErrors, type Diagnostic } from './diagnostics/diagnostic.ts'
import { sortDiagnostics } from './diagnostics/sort.ts'
import type { Sources } from './diagnostics/span.ts'
import { toRouteTable } from './emit/to-route-table.ts'
import { type ListFiles, listFilesOnDisk } from './load/find-packs.ts'
import { loadCaFiles } from './load/load-ca-files.ts'
import { load } from './load/load.ts'
import { showPath } from './load/show-path.ts'
import type { ReadFile } from './load/read-policy-file.ts'
import { resolve } from './resolve/resolve.ts'
import type { ResolvedPolicy } from './resolve/resolved-policy.ts'
import { validate } from './validate/validate.ts'

export interface CompileOptions {
  /** The policies folder. */
  policies: string
  /** How diagnostics call the folder; by default relative where it lies below the working directory. */
  shownAs?: string
  /** Takes the place of the disk. */
  readFile?: ReadFile
  /** Takes the place of the disk where packs of detectors are looked for; without it, `readFile` stands for no packs. */
  listFiles?: ListFiles
}

export interface CompiledPolicy {
  table: RouteTable
  /** What the table was made from, with the places of everything: for tools that point at YAML. */
  policy: ResolvedPolicy
}

export type CompileResult = {
  /** Sorted; only warnings when `ok`. */
  diagnostics: Diagnostic[]
  /** What `renderDiagnostics` draws frames from. */
  sources: Sources
} & (({ ok: true } & CompiledPolicy) | { ok: false })

/** Environment variables are not its business: a name that is unset is found at start. */
export async function compile(options: CompileOptions): Promise<CompileResult> {
  const { policies, shownAs = showPath(policies), readFile: read = readFromDisk } = options
  const listFiles = options.readFile === undefined ? listFilesOnDisk : options.listFiles
  const { loaded, sources, diagnostics } = await load({ policies, shownAs, readFile: read, listFiles })
  const fail = (): CompileResult => ({ ok: false, diagnostics: sortDiagnostics(diagnostics), sources })

  const { valid, diagnostics: invalid } = validate(loaded)
  diagnostics.push(...invalid)
  // A pack that could not be read leaves the rest sound, and names that lead nowhere.
  if (!valid || hasErrors(diagnostics)) return fail()

  const caFiles = await loadCaFiles(valid.backends, policies, read)
  const { resolved, diagnostics: unresolved } = resolve(valid, caFiles)
  diagnostics.push(...unresolved)
  diagnostics.push(...check(resolved, !hasErrors(diagnostics)))
  if (hasErrors(diagnostics)) return fail()

  const table = toRouteTable(resolved)
  return { ok: true, table, policy: resolved, diagnostics: sortDiagnostics(diagnostics), sources }
}

/** A device or a pipe might never end. */
async function readFromDisk(path: string): Promise<Uint8Array> {
  const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }))
  if (!isFile) throw Object.assign(new Error('not a regular file'), { code: 'not a regular file' })
  if (size > MAX_FILE_BYTES) throw Object.assign(new Error('too large'), { code: 'too large' })
  return readFile(path)
}

const MAX_FILE_BYTES = 16 * 1024 ** 2
