/**
 * The fourth stage: analyses over the intermediate representation. Pure. The list is the registry:
 * an analysis that is not in it does not run.
 */
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { createResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { overlappingRules } from './overlapping-rules.ts'
import { contradiction } from './contradiction.ts'
import { unreachableRule } from './unreachable-rule.ts'
import { alwaysDenied } from './always-denied.ts'
import { deniedReroute } from './denied-reroute.ts'
import { privacyLeak } from './privacy-leak.ts'
import { corsOrigins } from './cors-origins.ts'
import { duplicateEntries } from './duplicate-entries.ts'
import { duplicateKeys } from './duplicate-keys.ts'
import { duplicateNames } from './duplicate-names.ts'
import { keyLifetime } from './key-lifetime.ts'
import { listenAddresses } from './listen-addresses.ts'
import { timeoutOrder } from './timeout-order.ts'
import { tlsWithoutHttps } from './tls-without-https.ts'
import { unreachableModels } from './unreachable-models.ts'
import { unusedBackends } from './unused-backends.ts'

const CHECKS: readonly Check[] = [
  overlappingRules,
  contradiction,
  unreachableRule,
  alwaysDenied,
  deniedReroute,
  privacyLeak,
  corsOrigins,
  duplicateEntries,
  duplicateKeys,
  duplicateNames,
  keyLifetime,
  listenAddresses,
  timeoutOrder,
  tlsWithoutHttps,
  unreachableModels,
  unusedBackends,
]

/** @param sound Whether the stages before found no error. */
export function check(policy: ResolvedPolicy, sound: boolean): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const context = createResolveContext(policy.locate, diagnostics)
  const firm = CHECKS.filter(({ onlyIfSound }) => !onlyIfSound)
  for (const { run } of firm) run(policy, context)
  if (!sound || hasErrors(diagnostics)) return diagnostics
  for (const { run, onlyIfSound } of CHECKS) if (onlyIfSound) run(policy, context)
  return diagnostics
}
