/**
 * The diagnostic for a name that is neither a model nor an alias.
 */
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from './resolve-context.ts'

export interface UnknownModel {
  name: string
  at: Place
  known: readonly string[]
}

export function reportUnknownModel(
  { name, at, known }: UnknownModel,
  { report, locate }: ResolveContext,
): void {
  const near = nearest(name, known)
  report('resolve/unknown-model', `${quote(name)} is neither a model nor an alias`, {
    at,
    label: 'not found in `models` or `aliases`',
    help: suggestHelp(name, known, 'names'),
    suggestion: near === undefined ? undefined : { span: locate(at), newText: near, applicability: 'maybe' },
  })
}
