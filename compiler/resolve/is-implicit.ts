/**
 * Served models that nobody wrote: those that a destination `backend/model` stands for.
 */
import { isWildcard } from './resolve-names.ts'
import type { ResolvedPolicy } from './resolved-policy.ts'

/** What is written under `models` is also a name, or a wildcard. */
export function isImplicit(model: string, { names }: Pick<ResolvedPolicy, 'names'>): boolean {
  return !isWildcard(model) && names.get(model) !== model
}
