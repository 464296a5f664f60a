/**
 * Follows aliases to models: every name a client may ask for → the model it means.
 */
import type { PolicyFile } from '../config/policy.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from './resolve-context.ts'
import { reportUnknownModel } from './unknown-model.ts'

/** A name that is both is the model; `check/duplicate-name` reports it. */
export function resolveNames(policy: PolicyFile, context: ResolveContext): Map<string, string> {
  const models = new Set(Object.keys(policy.models))
  const aliases = new Map(Object.entries(policy.aliases ?? {}))
  const names = new Map([...models].map((name) => [name, name]))
  const inCycle = new Set<string>()

  for (const [alias, target] of aliases) {
    const at: Place = { file: 'policy', path: ['aliases', alias] }
    if (!models.has(target) && !aliases.has(target)) {
      reportUnknownModel({ name: target, at, known: [...models, ...aliases.keys()] }, context)
      continue
    }
    const chain = follow(alias, aliases, models)
    const end = chain.at(-1) ?? alias
    if (models.has(end)) {
      if (!names.has(alias)) names.set(alias, end)
    } else if (end === alias && !inCycle.has(alias)) {
      for (const name of chain) inCycle.add(name)
      reportCycle(chain, at, context)
    }
  }
  return names
}

/** The names from an alias on, up to a model, to a name that is nothing, or to the first name that comes again. */
function follow(alias: string, aliases: ReadonlyMap<string, string>, models: ReadonlySet<string>): string[] {
  const chain = [alias]
  const seen = new Set(chain)
  let name = models.has(alias) ? undefined : aliases.get(alias)
  while (name !== undefined) {
    chain.push(name)
    if (models.has(name) || seen.has(name)) break
    seen.add(name)
    name = aliases.get(name)
  }
  return chain
}

/** `chain` begins and ends with the same name. */
function reportCycle(chain: readonly string[], at: Place, { report, locate }: ResolveContext): void {
  const [first = '', ...rest] = chain
  const path = chain.map(quote).join(' → ')
  report('resolve/alias-cycle', `the alias ${quote(first)} leads back to itself: ${path}`, {
    at,
    secondary: rest.slice(0, -1).map((name) => ({
      span: locate({ file: 'policy', path: ['aliases', name] }),
      text: `and ${quote(name)} leads on to here`,
    })),
    help: 'let one of them name a model',
  })
}
