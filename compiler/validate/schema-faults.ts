/**
 * One file against the schema of its language.
 */
import type { z } from 'zod'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { nearest } from '../diagnostics/suggest.ts'
import type { LoadedFile } from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import { fromZod } from './from-zod.ts'
import { unfoldUnions } from './unfold-unions.ts'

/** Empty when the file's value is of the schema's type. */
export function schemaFaults(file: LoadedFile, schema: z.ZodType): Diagnostic[] {
  const issues = unfoldUnions(schema.safeParse(file.value).error?.issues ?? [], file.value)
  return withoutMistyped(issues, file).flatMap((issue) => fromZod(issue, file, schema))
}

/** A key that is missing because it is mistyped is one fault: the unknown key beside it says so. */
function withoutMistyped(issues: readonly z.core.$ZodIssue[], file: LoadedFile): z.core.$ZodIssue[] {
  const unknown = issues.filter((issue) => issue.code === 'unrecognized_keys')
  return issues.filter(({ path }) => {
    if (locate(file, path, 'value').missing.length === 0) return true
    const name = String(path.at(-1))
    const parent = JSON.stringify(path.slice(0, -1))
    const beside = unknown.find((issue) => JSON.stringify(issue.path) === parent)
    return !beside?.keys.some((key) => nearest(key, [name]) !== undefined)
  })
}
