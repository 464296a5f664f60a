/**
 * What is found out about a request before rules run, and where it was asked for.
 */
import type { Classify, Surface } from '../../src/table/route-table.ts'
import type { ClassifyConfig, ComplexityConfig, InjectionConfig, PrivacyConfig } from '../config/classify.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { BODY_BOUNDS } from './resolve-settings.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { bytesAt, durationAt } from './resolve-context.ts'
import { resolveDestination } from './resolve-destination.ts'
import { resolvePattern } from './resolve-pattern.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import type { ResolvedPolicy } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

export interface ResolvedClassify extends Pick<ResolvedPolicy, 'guards' | 'classify'> {
  classifier: ResolvedPolicy['sinks']['classifier']
}

/** @param served What guards see when they do not say it. */
export function resolveClassify(scope: Scope, served: Surface[]): ResolvedClassify {
  const config: ClassifyConfig = scope.policy.classify ?? {}
  const at: Place = { file: 'policy', path: ['classify'] }
  const { scan = {}, privacy, injection, complexity = {} } = config
  const maxBytes = scan.maxBytes ?? DEFAULTS.scan.maxBytes
  const gauge = resolveComplexity(complexity, within(at, 'complexity'), scope)
  const { classifier } = complexity
  const classifierAt = within(at, 'complexity', 'classifier', 'model')
  return {
    classify: {
      scanBytes: bytesAt(maxBytes, within(at, 'scan', 'maxBytes'), scope, BODY_BOUNDS),
      images: scan.images ?? DEFAULTS.scan.images,
      privacy: privacy ? resolvePrivacy(privacy, { at: within(at, 'privacy'), served }, scope) : null,
      injection: injection ? resolveInjection(injection, served) : null,
      complexity: gauge,
    },
    guards: {
      privacy: privacy ? within(at, 'privacy') : null,
      injection: injection ? within(at, 'injection') : null,
      complexity: config.complexity ? within(at, 'complexity') : null,
    },
    classifier: classifier && gauge.classifier ? { model: gauge.classifier.model, at: classifierAt } : null,
  }
}

function resolvePrivacy(
  config: PrivacyConfig,
  { at, served }: { at: Place; served: Surface[] },
  scope: Scope,
): Classify['privacy'] {
  const { detectors = DEFAULTS.privacyDetectors, patterns = [], entropy, label, surfaces } = config
  isKnown('label', label, within(at, 'label'), scope)
  return {
    detectors: DEFAULTS.privacyDetectors.filter((detector) => detectors.includes(detector)),
    patterns: patterns.map(({ id, regex, label: own }, i) => {
      const place = within(at, 'patterns', i)
      if (own !== undefined) isKnown('label', own, within(place, 'label'), scope)
      const { source, flags } = resolvePattern(regex, within(place, 'regex'), scope)
      return { id, source, flags, label: own ?? label }
    }),
    entropy: { ...DEFAULTS.entropy, ...entropy },
    label,
    surfaces: surfaces ? resolveSurfaces(surfaces) : served,
  }
}

function resolveInjection(
  { action, thresholds, surfaces }: InjectionConfig,
  served: Surface[],
): Classify['injection'] {
  return {
    action: action ?? DEFAULTS.injectionAction,
    thresholds: { ...DEFAULTS.injectionThresholds, ...thresholds },
    surfaces: surfaces ? resolveSurfaces(surfaces) : served,
  }
}

function resolveComplexity(config: ComplexityConfig, at: Place, scope: Scope): Classify['complexity'] {
  const { simple, medium, signals = {}, classifier } = config
  const simpleTokens = simple?.maxTokens ?? DEFAULTS.complexity.simpleTokens
  const mediumTokens = medium?.maxTokens ?? DEFAULTS.complexity.mediumTokens
  if (mediumTokens < simpleTokens) {
    scope.report('resolve/empty-range', 'no request is larger than a simple one and still medium', {
      at: within(at, medium ? 'medium' : 'simple', 'maxTokens'),
      notes: [`simple goes up to ${simpleTokens} tokens, medium up to ${mediumTokens}`],
      help: `${quote('medium')} must not end before ${quote('simple')}`,
    })
  }
  return {
    simpleTokens,
    mediumTokens,
    code: [...(signals.code ?? [])],
    reasoning: [...(signals.reasoning ?? [])],
    classifier: classifier ? resolveClassifier(classifier, within(at, 'classifier'), scope) : null,
  }
}

function resolveClassifier(
  { model, timeout }: NonNullable<ComplexityConfig['classifier']>,
  at: Place,
  scope: Scope,
): Classify['complexity']['classifier'] {
  const found = resolveDestination(model, within(at, 'model'), scope)
  const text = timeout ?? DEFAULTS.complexity.classifierTimeout
  const timeoutMs = durationAt(text, within(at, 'timeout'), scope)
  return found === undefined ? null : { model: found, timeoutMs }
}
