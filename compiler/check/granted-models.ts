/**
 * What a name in a client's `models` lets it ask for.
 */
import { isWildcard } from '../resolve/resolve-names.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'

/**
 * A grant is for a model, for one of its names, or for all names that begin with it. Of wildcards that stand for a
 * name, the longest takes it: shorter ones never see it.
 */
export function grantedModels(
  grant: string,
  { names, wildcards }: Pick<ResolvedPolicy, 'names' | 'wildcards'>,
): string[] {
  const begins = isWildcard(grant)
  const written = begins ? grant.slice(0, -1) : grant
  const exact = [...names].filter(([name, model]) =>
    begins ? name.startsWith(written) : name === grant || model === grant,
  )
  const enclosing = [...wildcards.keys()].filter(
    (prefix) => written.startsWith(prefix) && (begins || written !== prefix),
  )
  const nearest = enclosing.toSorted((a, b) => b.length - a.length)[0]
  const beginnings = [...wildcards].filter(([prefix, model]) => {
    if (model === grant || (begins && prefix.startsWith(written))) return true
    return prefix === nearest && (begins || !names.has(grant))
  })
  return [...exact, ...beginnings].map(([, model]) => model)
}
