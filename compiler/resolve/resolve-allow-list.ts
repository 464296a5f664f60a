/**
 * Finds that are none, and kinds that do not count.
 */
import { parseNetwork } from '../../src/table/network.ts'
import type { AllowList, PrivacyGuard } from '../../src/table/route-table.ts'
import type { AllowConfig, PrivacyConfig } from '../config/classify.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { within } from './place.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedAllowance } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

export function resolveAllowList(config: AllowConfig, at: Place, { report }: ResolveContext): AllowList {
  const { values = [], domains = [], networks = [] } = config
  for (const [i, network] of networks.entries()) {
    if (parseNetwork(network) !== null) continue
    report('resolve/invalid-network', `${quote(network)} is no network`, {
      at: within(at, 'networks', i),
      help: 'write an address and how many of its bits are the network, as in `203.0.113.0/24` or `2001:db8::/32`',
    })
  }
  return {
    values: [...new Set(values)].toSorted(),
    domains: [...new Set(domains.map((domain) => domain.toLowerCase()))].toSorted(),
    networks: [...new Set(networks)].toSorted(),
  }
}

/** Each entry with where it is written. */
export function allowancesOf(config: AllowConfig, at: Place): ResolvedAllowance[] {
  return (['values', 'domains', 'networks'] as const).flatMap((what) =>
    (config[what] ?? []).map((text, i) => ({ what, text, at: within(at, what, i) })),
  )
}

/** Reports kinds that no find of this policy has. */
export function resolveKinds(
  kinds: NonNullable<PrivacyConfig['kinds']>,
  at: Place,
  scope: Scope,
): Pick<PrivacyGuard, 'off' | 'atLeast'> {
  const known = Object.entries(kinds).filter(([kind]) =>
    isKnown('kind', kind, within(at, kind), scope, 'key'),
  )
  return {
    off: known.flatMap(([kind, how]) => (how === 'off' ? [kind] : [])).toSorted(),
    atLeast: Object.fromEntries(known.flatMap(([kind, how]) => (how === 'off' ? [] : [[kind, how.atLeast]]))),
  }
}
