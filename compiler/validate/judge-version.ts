/**
 * The version of the policy language. A file in another version is not judged by this one's rules: whatever they said
 * would be beside the point.
 */
import { createDiagnostic, type Diagnostic } from '../diagnostics/diagnostic.ts'
import type { LoadedFile } from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import { valueAt } from './value-at.ts'

/** What `version` is when a policy does not say it. */
export const CURRENT_VERSION = 2

/** Null when the policy is in the current version, or names one that never was: the schema speaks of that. */
export function judgeVersion(policy: LoadedFile): Diagnostic | null {
  const version = valueAt(policy.value, ['version'])
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return null
  if (version === CURRENT_VERSION) return null
  const old = version < CURRENT_VERSION
  return createDiagnostic('validate/old-version', `the policy is in version ${version} of the language`, {
    span: locate(policy, ['version'], 'value').span,
    label: `this aicc takes version ${CURRENT_VERSION}`,
    notes: ['nothing else was judged'],
    help: old
      ? '`aicc migrate` shows what version 2 needs, `aicc migrate --write` changes the file'
      : `use a newer aicc, or write the policy in version ${CURRENT_VERSION}`,
  })
}
