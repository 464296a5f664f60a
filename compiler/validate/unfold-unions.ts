/**
 * Issues of unions → issues of the branch that was meant: the one that takes values of the written type at all.
 * Where no branch or more than one does, the union's own issue stays.
 */
import type { z } from 'zod'
import { nearest } from '../diagnostics/suggest.ts'
import { valueAt } from './value-at.ts'

type Issue = z.core.$ZodIssue

export function unfoldUnions(issues: readonly Issue[], value: unknown): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.discriminator !== undefined) return [issue]
    const written = valueAt(value, issue.path)
    const meant = issue.errors.filter(([first]) => first !== undefined && takes(first, written))
    const [branch] = meant
    if (branch === undefined || meant.length > 1) return [issue]
    const faults = branch.map((inner) => below(issue.path, inner))
    return unfoldUnions(faults, value)
  })
}

function below(path: readonly PropertyKey[], issue: Issue): Issue {
  return { ...issue, path: [...path, ...issue.path] }
}

/** Whether a branch with this first fault takes values of the written type. A lone word does when it was mistyped. */
function takes(first: Issue, written: unknown): boolean {
  if (first.path.length > 0) return true
  if (first.code !== 'invalid_value') return first.code !== 'invalid_type'
  if (typeof written !== 'string') return false
  return first.values.length > 1 || nearest(written, first.values.map(String)) !== undefined
}
