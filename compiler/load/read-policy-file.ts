/**
 * Reads one file of the policies folder as UTF-8 text; what goes wrong becomes a diagnostic.
 */
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { quote } from '../diagnostics/quote.ts'

/** Reads a whole file. @throws as `node:fs` does, with a `code`. */
export type ReadFile = (path: string) => Promise<Uint8Array>

const MAX_BYTES = 4 * 1024 * 1024

export interface ReadPolicyFileOptions {
  /** What to open. */
  path: string
  /** How to call it. */
  shownAs: string
  readFile: ReadFile
}

/** The text without byte order mark, or why there is none. Never throws. */
export async function readPolicyFile(options: ReadPolicyFileOptions): Promise<string | Diagnostic> {
  const { path, shownAs, readFile } = options
  const span = { file: shownAs, start: 0, end: 0 }
  const unreadable = (why: string, help?: string): Diagnostic =>
    createDiagnostic('yaml/unreadable-file', `${quote(shownAs)} cannot be read: ${why}`, { span, help })

  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    if (cause !== 'ENOENT' && cause !== 'ENOTDIR') return unreadable(cause)
    return createDiagnostic('yaml/missing-file', `${quote(shownAs)} does not exist`, {
      span,
      notes: ['a policies folder holds `policy.yaml`, `backends.yaml` and `clients.yaml`'],
      help: 'create it, or name another folder with `--policies`',
    })
  }
  if (bytes.byteLength > MAX_BYTES) return unreadable(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return unreadable('it is not UTF-8 text', 'save it as UTF-8')
  }
}
