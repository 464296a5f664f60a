/**
 * The third stage: values as written → the intermediate representation. Pure.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { CaFiles } from '../load/load-ca-files.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { DEFAULTS } from './defaults.ts'
import { findUnusedPhrases } from './find-unused-phrases.ts'
import { notInForce } from './not-in-force.ts'
import { resolveAlerts } from './resolve-alerts.ts'
import { resolveBackends } from './resolve-backends.ts'
import { resolveBreaker } from './resolve-breaker.ts'
import { resolveClassify } from './resolve-classify.ts'
import { resolveClients } from './resolve-clients.ts'
import { createResolveContext, type ResolveContext } from './resolve-context.ts'
import { resolveDefaultModels } from './resolve-default-models.ts'
import { resolveLabels } from './resolve-labels.ts'
import { resolveModels } from './resolve-models.ts'
import { resolveModes } from './resolve-modes.ts'
import { resolveNames } from './resolve-names.ts'
import { resolvePhrases } from './resolve-phrases.ts'
import { resolveRulesets } from './resolve-rulesets.ts'
import { resolveCors, resolveLimits, resolveListen, resolveTimeZone } from './resolve-settings.ts'
import { resolveCacheSink, resolveTraceSinks } from './resolve-sinks.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import { resolveState } from './resolve-state.ts'
import { resolveHooks } from './resolve-hooks.ts'
import { resolveUsage } from './resolve-usage.ts'
import type { ResolvedPattern, ResolvedPolicy } from './resolved-policy.ts'
import { createVocabulary, type Scope } from './scope.ts'

export interface ResolveResult {
  /** Complete only when there is no error among the diagnostics; what leads nowhere is left out. */
  resolved: ResolvedPolicy
  diagnostics: Diagnostic[]
}

export function resolve(valid: ValidPolicy, caFiles: CaFiles): ResolveResult {
  const diagnostics: Diagnostic[] = []
  const context = createResolveContext(valid.locate, diagnostics)
  const { policy } = valid
  const scope = createScope(valid, caFiles, context)
  const surfaces = resolveSurfaces(policy.surfaces ?? DEFAULTS.surfaces)
  const { classify, guards, classifier, packs, patternIds, allowances } = resolveClassify(
    scope,
    surfaces,
    valid.packs,
  )
  const models = resolveModels(scope)
  const labels = resolveLabels(scope)
  const rulesets = resolveRulesets(scope)
  const sinks = { trace: resolveTraceSinks(scope), cache: resolveCacheSink(scope), classifier }
  const resolved: ResolvedPolicy = {
    listen: resolveListen(policy),
    limits: resolveLimits(policy, context),
    cors: resolveCors(policy, context),
    zones: [...scope.zones],
    timeZone: resolveTimeZone(policy, context),
    labels,
    classify,
    guards,
    texts: Array.from(scope.texts.values(), ({ test }) => test),
    patterns: scope.patterns,
    patternIds,
    packs,
    allowances,
    unusedPhrases: findUnusedPhrases(policy),
    surfaces,
    fileUrls: policy.fileUrls ?? DEFAULTS.fileUrls,
    defaultModels: resolveDefaultModels(policy, scope.names, context),
    sinks,
    modes: resolveModes(valid.backends, scope),
    breaker: resolveBreaker(policy, context),
    state: resolveState(policy),
    rulesets,
    usage: resolveUsage(policy.limits, { file: 'policy', path: ['limits'] }),
    perAddress: resolveUsage(policy.limits?.perAddress, { file: 'policy', path: ['limits', 'perAddress'] }),
    hooks: resolveHooks(policy.hooks, scope),
    alerts: resolveAlerts(scope),
    notInForce: notInForce(valid),
    names: scope.names.exact,
    wildcards: scope.names.wildcards,
    // What destinations stand for comes last: by now all of them have been followed.
    models: new Map([...models, ...scope.implicit]),
    aliases: new Map(
      Object.keys(policy.aliases ?? {}).map((alias) => [alias, { file: 'policy', path: ['aliases', alias] }]),
    ),
    aliasOf: new Map(Object.entries(policy.aliases ?? {})),
    backends: new Map(scope.backends),
    clients: resolveClients(valid.clients, scope),
    locate: valid.locate,
  }
  return { resolved, diagnostics }
}

function createScope(valid: ValidPolicy, caFiles: CaFiles, context: ResolveContext): Scope {
  const { policy } = valid
  const vocabulary = createVocabulary(valid, context)
  const patterns: ResolvedPattern[] = []
  return {
    ...vocabulary,
    policy,
    patterns,
    backends: resolveBackends(valid, caFiles, vocabulary),
    names: resolveNames(policy, context),
    phrases: resolvePhrases(policy, { ...context, patterns }),
    implicit: new Map(),
    texts: new Map(),
  }
}
