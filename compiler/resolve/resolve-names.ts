/**
 * Follows aliases to models: every name a client may ask for → the model it means.
 */
import type { PolicyFile } from '../config/policy.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from './resolve-context.ts'
import { reportUnknownModel } from './unknown-model.ts'

export interface ResolvedNames {
  /** Names without `*` → model. */
  exact: Map<string, string>
  /** What stands before the `*` of a name → model. */
  wildcards: Map<string, string>
  /** All models and aliases as they are written, also those that lead nowhere. */
  written: readonly string[]
}

/** A name that is both is the model; `check/duplicate-name` reports it. */
export function resolveNames(policy: PolicyFile, context: ResolveContext): ResolvedNames {
  const models = new Set(Object.keys(policy.models))
  const aliases = new Map(Object.entries(policy.aliases ?? {}))
  const written = [...models, ...aliases.keys()]
  const names: ResolvedNames = { exact: new Map(), wildcards: new Map(), written }
  const add = (name: string, model: string): void => {
    const [map, key] = isWildcard(name) ? [names.wildcards, name.slice(0, -1)] : [names.exact, name]
    if (!map.has(key)) map.set(key, model)
  }
  for (const name of models) add(name, name)
  const inCycle = new Set<string>()

  for (const [alias, target] of aliases) {
    const at: Place = { file: 'policy', path: ['aliases', alias] }
    if (!models.has(target) && !aliases.has(target)) {
      const known = written.filter((name) => !isWildcard(name))
      reportUnknownModel({ name: target, at, known, wildcard: wildcardFor(target, written) }, context)
      continue
    }
    const chain = follow(alias, aliases, models)
    const end = chain.at(-1) ?? alias
    if (models.has(end)) {
      add(alias, end)
    } else if (end === alias && !inCycle.has(alias)) {
      for (const name of chain) inCycle.add(name)
      reportCycle(chain, at, context)
    }
  }
  return names
}

export function isWildcard(name: string): boolean {
  return name.endsWith('*')
}

/** The name that ends in `*` and stands for another, the longest of several; undefined where none does. */
export function wildcardFor(name: string, written: readonly string[]): string | undefined {
  const covers = (wildcard: string): boolean =>
    isWildcard(wildcard) && name.length >= wildcard.length && name.startsWith(wildcard.slice(0, -1))
  return written.filter(covers).toSorted((a, b) => b.length - a.length)[0]
}

/** Whether there is a name that `pattern` stands for: a name itself, or the beginning of names followed by `*`. */
export function standsForSomething(pattern: string, written: readonly string[]): boolean {
  if (written.includes(pattern)) return true
  if (!isWildcard(pattern)) return wildcardFor(pattern, written) !== undefined
  const prefix = pattern.slice(0, -1)
  return written.some(
    (name) => name.startsWith(prefix) || (isWildcard(name) && prefix.startsWith(name.slice(0, -1))),
  )
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
