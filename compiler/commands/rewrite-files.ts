/**
 * What commands share that write files anew: show a diff, compare only, or write in place.
 */
import { readFile } from 'node:fs/promises'
import { maskSecrets } from '../diagnostics/secret-shapes.ts'
import { lineDiff } from '../format/line-diff.ts'
import { readPolicyFile } from '../load/read-policy-file.ts'
import { showPath } from '../load/show-path.ts'
import { DiagnosticsFailure } from './compile-for-tool.ts'
import { replaceFile } from './replace-file.ts'

export interface RewriteFlags {
  write?: boolean
  check?: boolean
}

export interface RewriteOptions {
  flags: RewriteFlags
  /** The new text of a file. @throws CommandFailure */
  rewrite: (text: string, shownAs: string) => string
}

/**
 * Nothing is written unless all files could be rewritten.
 * @returns paths of the files that differ from what they should be, as they are shown
 */
export async function rewriteFiles(
  paths: readonly string[],
  { flags, rewrite }: RewriteOptions,
): Promise<string[]> {
  const changes = []
  for (const path of paths) {
    const shownAs = showPath(path)
    const before = await readPolicyFile({ path, shownAs, readFile })
    if (typeof before !== 'string') throw new DiagnosticsFailure([before], new Map())
    const after = rewrite(before, shownAs)
    if (after !== before) changes.push({ path, shownAs, before, after })
  }
  for (const { path, shownAs, before, after } of changes) {
    if (flags.check) console.log(shownAs)
    else if (flags.write) await replaceFile(path, after)
    else process.stdout.write(maskSecrets(lineDiff(before, after, shownAs)))
  }
  return changes.map(({ shownAs }) => shownAs)
}
