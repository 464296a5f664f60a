/**
 * What resolvers share: how to report, what names can mean, and what they gather on the way.
 */
import type { PolicyFile } from '../config/policy.ts'
import type { TextTest } from '../../src/table/route-table.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { DEFAULTS } from './defaults.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedNames } from './resolve-names.ts'
import type { ResolvedBackend, ResolvedPattern, ResolvedServedModel } from './resolved-policy.ts'

/** What a name that is not a model can name. */
export type NameKind = 'zone' | 'label' | 'mode' | 'ruleset' | 'client' | 'phrase' | 'detector' | 'backend'

/** Enough for backends and modes, which models build upon. */
export interface Vocabulary extends ResolveContext {
  /** The names that the policy defines. */
  known: Record<NameKind, ReadonlySet<string>>
  /** Least to most trusted. */
  zones: readonly string[]
}

/** A text test that does not say yet which text it looks at. */
export type Phrase = Omit<TextTest, 'in'>

export interface Scope extends Vocabulary {
  policy: PolicyFile
  backends: ReadonlyMap<string, ResolvedBackend>
  names: ResolvedNames
  /** Served models that a destination `backend/model` stands for: gathered. */
  implicit: Map<string, ResolvedServedModel>
  phrases: ReadonlyMap<string, Phrase>
  /** Text tests by their content → index: gathered. */
  texts: Map<string, { index: number; test: TextTest }>
  /** Patterns that compile: gathered. */
  patterns: ResolvedPattern[]
}

export function createVocabulary(
  { policy, backends, clients }: ValidPolicy,
  context: ResolveContext,
): Vocabulary {
  const zones = policy.zones ?? DEFAULTS.zones
  const keys = (record: object | undefined): Set<string> => new Set(Object.keys(record ?? {}))
  return {
    ...context,
    zones,
    known: {
      zone: new Set(zones),
      label: keys(policy.labels),
      mode: keys(backends.modes),
      ruleset: keys(policy.rules),
      client: keys(clients.clients),
      phrase: keys(policy.phrases),
      detector: detectorsOf(policy),
      backend: keys(backends.backends),
    },
  }
}

/** What finds anything: the detectors of `classify.privacy` that run, and its patterns. */
function detectorsOf({ classify }: PolicyFile): Set<string> {
  if (classify?.privacy === undefined) return new Set()
  const { detectors = DEFAULTS.privacyDetectors, patterns = [] } = classify.privacy
  return new Set([...detectors, ...patterns.map(({ id }) => id)])
}
