/**
 * Reads the CA files that `backends.yaml` names. I/O only; `resolve/parse-ca.ts` judges what is in them.
 */
import { resolve } from 'node:path'
import type { BackendsFile } from '../config/backends.ts'
import type { ReadFile } from './read-policy-file.ts'

/** Backend name → bytes of its CA file, or why there are none. */
export type CaFiles = ReadonlyMap<string, Uint8Array | { error: string }>

/** Paths are relative to the policies folder. Never throws. */
export async function loadCaFiles(
  backends: BackendsFile,
  policies: string,
  readFile: ReadFile,
): Promise<CaFiles> {
  const files = new Map<string, Uint8Array | { error: string }>()
  for (const [name, backend] of Object.entries(backends.backends)) {
    const path = backend.kind === 'demo' ? undefined : backend.tls?.ca
    if (path === undefined) continue
    try {
      files.set(name, await readFile(resolve(policies, path)))
    } catch (error) {
      files.set(name, {
        error: error instanceof Error && 'code' in error ? String(error.code) : 'unknown error',
      })
    }
  }
  return files
}
