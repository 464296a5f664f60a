/**
 * The diagnostic for a name that is neither a model nor an alias, or one by a wildcard only.
 */
import { quote } from '../diagnostics/quote.ts'
import { nearest, suggestHelp } from '../diagnostics/suggest.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from './resolve-context.ts'

export interface UnknownModel {
  name: string
  at: Place
  /** What could have been meant. */
  known: readonly string[]
  /** Whether a place `backend/model` could stand there too. */
  orTarget?: boolean
  /** A name with `*` that stands for this one when clients ask for it. */
  wildcard?: string | undefined
}

export function reportUnknownModel(
  { name, at, known, orTarget = false, wildcard }: UnknownModel,
  { report, locate }: ResolveContext,
): void {
  const near = nearest(name, known)
  const suggestion =
    near === undefined ? undefined : ({ span: locate(at), newText: near, applicability: 'maybe' } as const)
  if (wildcard !== undefined) {
    report('resolve/wildcard', `only the wildcard ${quote(wildcard)} stands for ${quote(name)}`, {
      at,
      label: 'must be a name of its own',
      notes: ['wildcards are for the names that clients ask for: here they would hide a typing error'],
      help:
        near === undefined
          ? `define ${quote(name)} among the models, or name one that is there`
          : `did you mean ${quote(near)}?`,
      suggestion,
    })
    return
  }
  report('resolve/unknown-model', `${quote(name)} is ${whatItIsNot(name, orTarget)}`, {
    at,
    label: orTarget ? 'not found in `models`, `aliases` or `backends`' : 'not found in `models` or `aliases`',
    help: suggestHelp(name, known, 'names'),
    suggestion,
  })
}

function whatItIsNot(name: string, orTarget: boolean): string {
  if (name.endsWith('*')) return 'the beginning of no name'
  return orTarget ? 'no model, no alias and no place' : 'neither a model nor an alias'
}
