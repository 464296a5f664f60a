/**
 * A rule's condition → a predicate of the table, with the place of each of its parts.
 */
import type { NumberFact, Predicate } from '../../src/table/predicate.ts'
import type { Condition, RangeConfig } from '../config/rules.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { eachOf, within } from './place.ts'
import { resolveHeaders } from './resolve-header.ts'
import { isWildcard, standsForSomething } from './resolve-names.ts'
import { resolvePrompt } from './resolve-phrases.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import { resolveWindow } from './resolve-window.ts'
import type { ResolvedPredicate } from './resolved-policy.ts'
import type { NameKind, Scope } from './scope.ts'
import { reportUnknownModel } from './unknown-model.ts'
import { isKnown } from './unknown-name.ts'

type Written = Required<Condition>

type Resolvers = {
  [Key in keyof Written]: (value: Written[Key], at: Place, scope: Scope) => ResolvedPredicate[]
}

/** In the order in which parts of a condition are asked: the cheap ones first. Whoever adds a key must add it here. */
const PARTS: Resolvers = {
  model: (value, at, scope) => [resolveAskedModel(value, at, scope)],
  client: (value, at, scope) => [leaf({ kind: 'client', names: known('client', value, at, scope) }, at)],
  surface: (value, at) => [
    leaf({ kind: 'surface', names: resolveSurfaces(typeof value === 'string' ? [value] : value) }, at),
  ],
  stream: (is, at) => [leaf({ kind: 'flag', fact: 'stream', is }, at)],
  tools: (is, at) => [leaf({ kind: 'flag', fact: 'tools', is }, at)],
  images: (is, at) => [leaf({ kind: 'flag', fact: 'images', is }, at)],
  mode: (name, at, scope) => (isKnown('mode', name, at, scope) ? [leaf({ kind: 'mode', name }, at)] : []),
  healthy: (value, at, scope) =>
    eachOf(value, at).flatMap(({ value: backend, at: place }) =>
      isKnown('backend', backend, place, scope) ? [leaf({ kind: 'healthy', backend }, place)] : [],
    ),
  header: (value, at) => resolveHeaders(value, at),
  tag: (value, at) => [leaf({ kind: 'tag', names: sorted(value) }, at)],
  label: (value, at, scope) => [leaf({ kind: 'label', names: known('label', value, at, scope) }, at)],
  time: (value, at, scope) => [leaf({ kind: 'time', windows: resolveWindow(value, at, scope) }, at)],
  maxTokens: (value, at, scope) => [range('maxTokens', value, at, scope)],
  tokens: (value, at, scope) => [range('tokens', value, at, scope)],
  systemLength: (value, at, scope) => [range('systemLength', value, at, scope)],
  injection: (value, at) => [leaf({ kind: 'flag', fact: 'injection', is: value === 'flagged' }, at)],
  complexity: (value, at) => [leaf({ kind: 'complexity', names: sorted(value) }, at)],
  prompt: (value, at, scope) => resolvePrompt(value, at, scope),
  not: (value, at, scope) => {
    const part = resolveCondition(value, at, scope)
    return [{ predicate: { kind: 'not', of: part.predicate }, parts: [part], at }]
  },
  all: (value, at, scope) => [combine('all', resolveList(value, at, scope), at)],
  any: (value, at, scope) => [combine('any', resolveList(value, at, scope), at)],
}

const KEYS = Object.keys(PARTS) as (keyof Condition)[]

export function resolveCondition(condition: Condition, at: Place, scope: Scope): ResolvedPredicate {
  return combine(
    'all',
    KEYS.flatMap((key) => resolvePart(key, condition[key], within(at, key), scope)),
    at,
  )
}

function resolvePart<Key extends keyof Written>(
  key: Key,
  value: Written[Key] | undefined,
  at: Place,
  scope: Scope,
): ResolvedPredicate[] {
  return value === undefined ? [] : PARTS[key](value, at, scope)
}

function resolveList(conditions: readonly Condition[], at: Place, scope: Scope): ResolvedPredicate[] {
  return conditions.map((condition, i) => resolveCondition(condition, within(at, i), scope))
}

function leaf(predicate: Predicate, at: Place): ResolvedPredicate {
  return { predicate, parts: [], at }
}

/** One part needs no list around it. */
function combine(kind: 'all' | 'any', parts: ResolvedPredicate[], at: Place): ResolvedPredicate {
  const [only, ...others] = parts
  if (only !== undefined && others.length === 0) return only
  return { predicate: { kind, of: parts.map(({ predicate }) => predicate) }, parts, at }
}

/** One or several, each once, in one order. */
function sorted<T extends string>(value: T | readonly T[]): T[] {
  return [...new Set(typeof value === 'string' ? [value] : value)].toSorted()
}

function known(kind: NameKind, value: string | readonly string[], at: Place, scope: Scope): string[] {
  const entries = eachOf(value, at).filter((entry) => isKnown(kind, entry.value, entry.at, scope))
  return sorted(entries.map((entry) => entry.value))
}

function resolveAskedModel(value: string | readonly string[], at: Place, scope: Scope): ResolvedPredicate {
  const { written } = scope.names
  for (const { value: pattern, at: place } of eachOf(value, at)) {
    if (standsForSomething(pattern, written)) continue
    reportUnknownModel({ name: pattern, at: place, known: written }, scope)
  }
  const patterns = sorted(value)
  return leaf(
    {
      kind: 'model',
      names: patterns.filter((pattern) => !isWildcard(pattern)),
      prefixes: patterns.filter(isWildcard).map((pattern) => pattern.slice(0, -1)),
    },
    at,
  )
}

function range(
  fact: NumberFact,
  { atLeast = 0, below }: RangeConfig,
  at: Place,
  { report }: Scope,
): ResolvedPredicate {
  if (below !== undefined && atLeast >= below) {
    report('resolve/empty-range', `no number is at least ${atLeast} and below ${below}`, {
      at,
      label: 'never holds',
      help: `${quote('atLeast')} must be less than ${quote('below')}`,
    })
  }
  return leaf({ kind: 'range', fact, atLeast, below: below ?? null }, at)
}
