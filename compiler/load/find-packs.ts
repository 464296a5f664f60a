/**
 * Finds the packs of detectors of a policies folder.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackId } from './loaded-policy.ts'

/** Names of all files below a folder; none when there is no such folder. */
export type ListFiles = (folder: string) => Promise<string[]>

export async function listFilesOnDisk(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.map((name) => name.replaceAll('\\', '/'))
}

/** What editors leave beside a file while it is open. */
const SCRATCH = /(^|\/)[.#]|~$/

/** Every YAML file below `detectors`, in the order of their names. */
export async function findPacks(policies: string, listFiles: ListFiles): Promise<PackId[]> {
  const names = await listFiles(join(policies, 'detectors'))
  return names
    .filter((name) => /\.ya?ml$/.test(name) && !SCRATCH.test(name))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name): PackId => `detectors/${name}`)
}
