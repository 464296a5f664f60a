/**
 * The fourth stage: analyses over the intermediate representation. Pure. The list is the registry:
 * an analysis that is not in it does not run.
 */
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.ts'
import { createResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { alertBounds } from './alert-bounds.ts'
import { alwaysDenied } from './always-denied.ts'
import { attemptsExceedTotal } from './attempts-exceed-total.ts'
import type { Check } from './check-context.ts'
import { contradiction } from './contradiction.ts'
import { corsOrigins } from './cors-origins.ts'
import { defaultModels } from './default-models.ts'
import { deniedReroute } from './denied-reroute.ts'
import { duplicateEntries } from './duplicate-entries.ts'
import { duplicateKeys } from './duplicate-keys.ts'
import { duplicateNames } from './duplicate-names.ts'
import { fallbackCycles } from './fallback-cycles.ts'
import { gatedDeadEnds } from './gated-dead-ends.ts'
import { idleAllowances } from './idle-allowances.ts'
import { idleSettings } from './idle-settings.ts'
import { incapableTargets } from './incapable-targets.ts'
import { keyLifetime } from './key-lifetime.ts'
import { limitsNeverBinding } from './limits-never-binding.ts'
import { listenAddresses } from './listen-addresses.ts'
import { missingDefaults } from './missing-defaults.ts'
import { settingsNotInForce } from './not-in-force.ts'
import { overlappingRules } from './overlapping-rules.ts'
import { privacyLeak } from './privacy-leak.ts'
import { slowPatterns } from './slow-patterns.ts'
import { onBreak } from './on-break.ts'
import { timeoutOrder } from './timeout-order.ts'
import { tlsWithoutHttps } from './tls-without-https.ts'
import { unaskableModels } from './unaskable-models.ts'
import { unattachedEntries } from './unattached-entries.ts'
import { unattachedTags } from './unattached-tags.ts'
import { unauthorisedFallbacks } from './unauthorised-fallbacks.ts'
import { unguardedSurfaces } from './unguarded-surfaces.ts'
import { unservedSurfaces } from './unserved-surfaces.ts'
import { unpricedModels } from './unpriced-models.ts'
import { unreachableModels } from './unreachable-models.ts'
import { unreachableRule } from './unreachable-rule.ts'
import { untestedPacks } from './untested-packs.ts'
import { unusedBackends } from './unused-backends.ts'

const CHECKS: readonly Check[] = [
  alertBounds,
  alwaysDenied,
  attemptsExceedTotal,
  contradiction,
  corsOrigins,
  defaultModels,
  deniedReroute,
  duplicateEntries,
  duplicateKeys,
  duplicateNames,
  fallbackCycles,
  gatedDeadEnds,
  idleAllowances,
  idleSettings,
  incapableTargets,
  keyLifetime,
  limitsNeverBinding,
  listenAddresses,
  missingDefaults,
  overlappingRules,
  privacyLeak,
  settingsNotInForce,
  slowPatterns,
  onBreak,
  timeoutOrder,
  tlsWithoutHttps,
  unaskableModels,
  unattachedEntries,
  unattachedTags,
  unauthorisedFallbacks,
  unguardedSurfaces,
  unservedSurfaces,
  unpricedModels,
  unreachableModels,
  unreachableRule,
  untestedPacks,
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
