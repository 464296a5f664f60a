/**
 * What is found out about a request before rules run, and where it was asked for.
 */
import { INJECTION_FAMILIES, type InjectionFamily } from '../../src/table/injection-families.ts'
import type { Classify, PrivacyPattern, Surface } from '../../src/table/route-table.ts'
import type {
  ClassifyConfig,
  ComplexityConfig,
  InjectionConfig,
  PrivacyConfig,
  PrivacyPatternConfig,
} from '../config/classify.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { BODY_BOUNDS } from './resolve-settings.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { bytesAt, durationAt } from './resolve-context.ts'
import { allowancesOf, resolveAllowList, resolveKinds } from './resolve-allow-list.ts'
import { resolveDestination } from './resolve-destination.ts'
import { resolvePacks } from './resolve-packs.ts'
import { resolvePattern } from './resolve-pattern.ts'
import { resolveSurfaces } from './resolve-surfaces.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import type { ResolvedPack, ResolvedPolicy } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

export interface ResolvedClassify extends Pick<
  ResolvedPolicy,
  'guards' | 'classify' | 'packs' | 'patternIds' | 'allowances'
> {
  classifier: ResolvedPolicy['sinks']['classifier']
}

/** @param served What guards see when they do not say it. */
export function resolveClassify(
  scope: Scope,
  served: Surface[],
  validPacks: ValidPolicy['packs'],
): ResolvedClassify {
  const config: ClassifyConfig = scope.policy.classify ?? {}
  const at: Place = { file: 'policy', path: ['classify'] }
  const { scan = {}, privacy, injection, complexity = {} } = config
  const maxBytes = scan.maxBytes ?? DEFAULTS.scan.maxBytes
  const gauge = resolveComplexity(complexity, within(at, 'complexity'), scope)
  const { classifier } = complexity
  const classifierAt = within(at, 'complexity', 'classifier', 'model')
  const packs = resolvePacks(validPacks, privacy?.label ?? null, scope)
  const privacyAt = within(at, 'privacy')
  return {
    packs,
    allowances: allowancesOf(privacy?.allow ?? {}, within(privacyAt, 'allow')),
    patternIds: [
      ...(privacy?.patterns ?? []).map(({ id }, i) => ({
        name: id,
        at: within(privacyAt, 'patterns', i, 'id'),
      })),
      ...packs.flatMap(({ detectors }) =>
        detectors.map(({ pattern, at: idAt }) => ({ name: pattern.id, at: idAt })),
      ),
    ],
    classify: {
      scanBytes: bytesAt(maxBytes, within(at, 'scan', 'maxBytes'), scope, BODY_BOUNDS),
      images: scan.images ?? DEFAULTS.scan.images,
      decode: (scan.decode ?? DEFAULTS.scan.decode) === 'off' ? 0 : 1,
      privacy: privacy ? resolvePrivacy(privacy, { at: privacyAt, served, packs }, scope) : null,
      injection: injection ? resolveInjection(injection, served) : null,
      complexity: gauge,
    },
    guards: {
      privacy: privacy ? privacyAt : null,
      injection: injection ? within(at, 'injection') : null,
      complexity: config.complexity ? within(at, 'complexity') : null,
    },
    classifier: classifier && gauge.classifier ? { model: gauge.classifier.model, at: classifierAt } : null,
  }
}

function resolvePrivacy(
  config: PrivacyConfig,
  { at, served, packs }: { at: Place; served: Surface[]; packs: readonly ResolvedPack[] },
  scope: Scope,
): Classify['privacy'] {
  const { detectors = DEFAULTS.privacyDetectors, patterns = [], entropy, label, surfaces } = config
  const { allow = {}, kinds = {} } = config
  const own = [
    ...patterns.map((pattern, i) => resolveOwnPattern(pattern, label, within(at, 'patterns', i), scope)),
    ...packs.flatMap((pack) => pack.detectors.map(({ pattern }) => pattern)),
  ]
  const { off, atLeast } = resolveKinds(kinds, within(at, 'kinds'), scope)
  isKnown('label', label, within(at, 'label'), scope)
  return {
    detectors: DEFAULTS.privacyDetectors.filter((detector) => detectors.includes(detector)),
    // One that is off needs nothing at run time.
    patterns: own.filter(({ id }) => !off.includes(id)),
    entropy: { ...DEFAULTS.entropy, ...entropy },
    allow: resolveAllowList(allow, within(at, 'allow'), scope),
    off: off.filter((kind) => own.every(({ id }) => id !== kind)),
    atLeast,
    label,
    surfaces: surfaces ? resolveSurfaces(surfaces) : served,
  }
}

/** @param guardLabel what it puts on a request when it names no label of its own */
function resolveOwnPattern(
  { id, regex, label }: PrivacyPatternConfig,
  guardLabel: string,
  at: Place,
  scope: Scope,
): PrivacyPattern {
  if (label !== undefined) isKnown('label', label, within(at, 'label'), scope)
  const pattern = resolvePattern(regex, within(at, 'regex'), scope)
  const plain = { group: null, check: null, minEntropy: 0, placeholder: null }
  return { id, ...pattern, label: label ?? guardLabel, ...plain }
}

function resolveInjection(
  { action, thresholds, families = {}, model, surfaces }: InjectionConfig,
  served: Surface[],
): Classify['injection'] {
  return {
    action: action ?? DEFAULTS.injectionAction,
    thresholds: { ...DEFAULTS.injectionThresholds, ...thresholds },
    off: Object.keys(INJECTION_FAMILIES).filter(
      (family): family is InjectionFamily => families[family as InjectionFamily] === 'off',
    ),
    model: model !== 'off',
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
