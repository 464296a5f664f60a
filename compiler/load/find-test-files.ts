/**
 * Finds the files of policy tests.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const SUFFIX = /\.test\.ya?ml$/

/**
 * Every `*.test.yaml` below the folders, in the order of their names; a file that is named is taken as it is called.
 * @throws as node:fs does, for a path that cannot be read
 */
export async function findTestFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      if (!(await stat(path)).isDirectory()) return [path]
      const names = await readdir(path, { recursive: true })
      return names
        .filter((name) => SUFFIX.test(name))
        .toSorted()
        .map((name) => join(path, name))
    }),
  )
  return [...new Set(found.flat())]
}
