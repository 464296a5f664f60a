/**
 * What an analysis is: a function over the intermediate representation that reports through its context.
 */
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

export interface Check {
  name: string
  /** Runs only when nothing is wrong so far: what is unused is not known while a name leads nowhere. */
  onlyIfSound?: true
  run: (policy: ResolvedPolicy, context: ResolveContext) => void
}
