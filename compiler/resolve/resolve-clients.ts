/**
 * Clients: keys with their lifetimes as instants, model names looked up.
 */
import type { ClientConfig } from '../config/clients.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedClient, ResolvedKey } from './resolved-policy.ts'
import { parseDateTime } from './units.ts'
import { reportUnknownModel } from './unknown-model.ts'

export function resolveClients(
  { policy, clients }: ValidPolicy,
  context: ResolveContext,
): Map<string, ResolvedClient> {
  const known = [...new Set([...Object.keys(policy.models), ...Object.keys(policy.aliases ?? {})])]
  const resolved = new Map<string, ResolvedClient>()
  for (const [name, config] of Object.entries(clients.clients)) {
    const at: Place = { file: 'clients', path: ['clients', name] }
    resolved.set(name, {
      keys: config.keys.map((key, i) => resolveKey(key, { ...at, path: [...at.path, 'keys', i] }, context)),
      models: resolveGrants(config, { at, known }, context),
      tags: [],
      labels: [],
      limits: { requests: null, tokens: null, concurrent: null },
      budget: null,
      at,
    })
  }
  return resolved
}

function resolveKey(key: ClientConfig['keys'][number], at: Place, context: ResolveContext): ResolvedKey {
  const lifetime = {
    deprecatedAt: instant(key.deprecated, { ...at, path: [...at.path, 'deprecated'] }, context),
    expiresAt: instant(key.expires, { ...at, path: [...at.path, 'expires'] }, context),
  }
  return 'env' in key ? { env: key.env, ...lifetime, at } : { sha256: key.sha256, ...lifetime, at }
}

function instant(text: string | undefined, at: Place, { report }: ResolveContext): number | null {
  if (text === undefined) return null
  const ms = parseDateTime(text)
  if (ms === null) report('resolve/invalid-date', `there is no ${quote(text)} in the calendar`, { at })
  return ms
}

function resolveGrants(
  { models }: ClientConfig,
  { at, known }: { at: Place; known: string[] },
  context: ResolveContext,
): ResolvedClient['models'] {
  if (models === '*') return null
  return models.map((name, i) => {
    const place: Place = { ...at, path: [...at.path, 'models', i] }
    if (!known.includes(name)) reportUnknownModel({ name, at: place, known }, context)
    return { name, at: place }
  })
}
