/**
 * What resolvers share: how to report, what names can mean, and what they gather on the way.
 */
import type { PolicyFile } from '../config/policy.ts'
import { FIND_KINDS } from '../../src/table/find-kinds.ts'
import type { TextTest } from '../../src/table/route-table.ts'
import type { ValidPolicy } from '../validate/validate.ts'
import { DEFAULTS } from './defaults.ts'
import type { ResolveContext } from './resolve-context.ts'
import type { ResolvedNames } from './resolve-names.ts'
import type { ResolvedBackend, ResolvedPattern, ResolvedServedModel } from './resolved-policy.ts'

/** What a name that is not a model can name. */
export type NameKind =
  | 'zone'
  | 'label'
  | 'mode'
  | 'ruleset'
  | 'client'
  | 'phrase'
  | 'detector'
  | 'kind'
  | 'backend'
  | 'rule'
  | 'receiver'

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
  { policy, backends, clients, packs }: ValidPolicy,
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
      detector: detectorsOf(policy, packs),
      kind: kindsOf(policy, packs),
      backend: keys(backends.backends),
      rule: rulesOf(policy),
      receiver: keys(policy.alerts?.receivers),
    },
  }
}

/** As `ruleset/id`. */
function rulesOf({ rules = {} }: PolicyFile): Set<string> {
  return new Set(Object.entries(rules).flatMap(([set, list]) => list.map(({ id }) => `${set}/${id}`)))
}

/** What finds anything: the detectors of `classify.privacy` that run, its patterns and those of packs, but for what is off. */
function detectorsOf(policy: PolicyFile, packs: ValidPolicy['packs']): Set<string> {
  const privacy = policy.classify?.privacy
  if (privacy === undefined) return new Set()
  const { detectors = DEFAULTS.privacyDetectors, kinds = {} } = privacy
  return new Set([...detectors, ...patternsOf(policy, packs).filter((id) => kinds[id] !== 'off')])
}

/** What finds of this policy can be. */
function kindsOf(policy: PolicyFile, packs: ValidPolicy['packs']): Set<string> {
  const { detectors = DEFAULTS.privacyDetectors } = policy.classify?.privacy ?? {}
  const builtin = detectors.flatMap((detector) => Object.keys(FIND_KINDS[detector]))
  return new Set([...patternsOf(policy, packs), ...builtin])
}

function patternsOf({ classify }: PolicyFile, packs: ValidPolicy['packs']): string[] {
  const own = classify?.privacy?.patterns ?? []
  return [...own, ...packs.flatMap(({ pack }) => pack.detectors)].map(({ id }) => id)
}
