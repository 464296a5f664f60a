/**
 * Clients: keys with their lifetimes as instants, names looked up, limits as numbers.
 */
import type { Signing } from '../../src/table/signing.ts'
import type { ClientConfig, ClientsFile } from '../config/clients.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { eachOf, within } from './place.ts'
import { durationAt, type ResolveContext } from './resolve-context.ts'
import { standsForSomething } from './resolve-names.ts'
import { resolveBudgets, resolveUsage } from './resolve-usage.ts'
import type { ResolvedClient, ResolvedKey } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { parseDateTime } from './units.ts'
import { reportUnknownModel } from './unknown-model.ts'
import { isKnown } from './unknown-name.ts'

/** Timestamps are whole seconds. */
const SHORTEST_WINDOW_MS = 1000
/** For so long, on both sides, the edge remembers what it has seen. */
const LONGEST_WINDOW_MS = 15 * 60_000

export function resolveClients({ clients }: ClientsFile, scope: Scope): Map<string, ResolvedClient> {
  return new Map(
    Object.entries(clients).map(([name, config]) => {
      const at: Place = { file: 'clients', path: ['clients', name] }
      return [name, resolveClient(config, at, scope)]
    }),
  )
}

function resolveClient(config: ClientConfig, at: Place, scope: Scope): ResolvedClient {
  const labels = eachOf(config.labels ?? [], within(at, 'labels'))
  return {
    keys: config.keys.map((key, i) => resolveKey(key, within(at, 'keys', i), scope)),
    models: resolveGrants(config, at, scope),
    tags: [...(config.tags ?? [])],
    labels: labels
      .filter((label) => isKnown('label', label.value, label.at, scope))
      .map((label) => ({ name: label.value, at: label.at })),
    limits: resolveUsage(config.limits, within(at, 'limits')),
    budgets: resolveBudgets(config.budget, within(at, 'budget'), scope),
    signing: resolveSigning(config, within(at, 'signing'), scope),
    at,
  }
}

function resolveSigning({ signing }: ClientConfig, at: Place, context: ResolveContext): Signing | null {
  if (signing === undefined) return null
  const { secret, window, required } = { ...DEFAULTS.signing, ...signing }
  const windowMs = durationAt(window, within(at, 'window'), context, SHORTEST_WINDOW_MS)
  if (windowMs > LONGEST_WINDOW_MS) {
    context.report('resolve/out-of-range', `${quote('window')} cannot be ${quote(window)}`, {
      at: within(at, 'window'),
      label: 'must be from 1s to 15m',
    })
  }
  return { secret: { env: secret.env }, windowMs, required }
}

function resolveKey(key: ClientConfig['keys'][number], at: Place, context: ResolveContext): ResolvedKey {
  const lifetime = {
    deprecatedAt: instant(key.deprecated, within(at, 'deprecated'), context),
    expiresAt: instant(key.expires, within(at, 'expires'), context),
  }
  return 'env' in key ? { env: key.env, ...lifetime, at } : { sha256: key.sha256, ...lifetime, at }
}

function instant(text: string | undefined, at: Place, { report }: ResolveContext): number | null {
  if (text === undefined) return null
  const ms = parseDateTime(text)
  if (ms === null) report('resolve/invalid-date', `there is no ${quote(text)} in the calendar`, { at })
  return ms
}

/** A grant must be for something: a name, a name that a wildcard stands for, or the beginning of names. */
function resolveGrants({ models }: ClientConfig, at: Place, scope: Scope): ResolvedClient['models'] {
  if (models === '*') return null
  const { written } = scope.names
  return eachOf(models, within(at, 'models')).map(({ value: name, at: place }) => {
    if (!standsForSomething(name, written)) reportUnknownModel({ name, at: place, known: written }, scope)
    return { name, at: place }
  })
}
