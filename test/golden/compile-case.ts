/**
 * Compiles one folder of `test/golden/`. A file that the case leaves out is taken from `base/`,
 * unless the case's `absent` names it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { compile, type CompileResult } from '../../compiler/compile.ts'
import { listFilesOnDisk } from '../../compiler/load/find-packs.ts'

const ROOT = import.meta.dirname

/** Names of all cases. */
export function goldenCases(): string[] {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map((entry) => entry.name).toSorted()
}

export function compileCase(name: string): Promise<CompileResult> {
  const folder = join(ROOT, name)
  const absentList = join(folder, 'absent')
  const absent = existsSync(absentList) ? readFileSync(absentList, 'utf8').split('\n') : []
  return compile({
    policies: folder,
    shownAs: 'policies',
    readFile: async (path) => {
      const file = relative(folder, path)
      const own = join(folder, file)
      if (existsSync(own) || absent.includes(file)) return readFile(own)
      return readFile(join(ROOT, 'base', file))
    },
    listFiles: listFilesOnDisk,
  })
}
