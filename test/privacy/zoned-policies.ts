/**
 * Two policies that keep the same privacy by different routes: each has all that may lead out of a zone (fallbacks,
 * pools, aliases, wildcards, forced routes, splits, redaction, a classifier model in the cloud).
 */
import type { BackendConfig } from '../../compiler/config/backends.ts'
import type { PolicyFile } from '../../compiler/config/policy.ts'
import type { Condition, RuleConfig } from '../../compiler/config/rules.ts'
import type { Policies } from '../conformance/harness/start-gateway.ts'
import { type LabelName, PACKED, PATTERNS } from './plants.ts'

/** Least trusted first. */
export const ZONES = ['cloud', 'lan', 'local'] as const
export type Zone = (typeof ZONES)[number]

/** The least trusted zone that may see what carries a label. */
export const MAY_REACH: Readonly<Record<LabelName, Zone>> = {
  private: 'local',
  secret: 'local',
  internal: 'lan',
}

/** Most text that is scanned. */
export const SCAN_BYTES = 16_384

/** Finds that the policy says are none. */
export const ALLOWED: Readonly<Record<'card' | 'domain', string>> = {
  card: ['4111', '1111', '1111', '1111'].join(' '),
  domain: 'own.example.org',
}

/** The environment variable with the key of the client all of whose requests are private. */
export const LABELLED_KEY = 'AICC_TEST_LABELLED_KEY'

export const SIDES = ['left', 'right'] as const
export type Side = (typeof SIDES)[number]

/** A way through the policy. */
export interface Way {
  name: string
  model: string
  headers?: Record<string, string>
  /** What has no label goes to the cloud, and elsewhere only for want of it. */
  isCloudOnly?: true
  /** What its detectors find is taken out, and the rest may leave. */
  redacts?: readonly string[]
}

const REDACTED = ['secrets', 'pii', 'ticket', PACKED.id]

const by = (way: string): Pick<Way, 'model' | 'headers'> => ({ model: 'auto', headers: { 'x-way': way } })

export const WAYS: readonly Way[] = [
  { name: 'by name', model: 'cloud', isCloudOnly: true },
  { name: 'alias', model: 'swift', isCloudOnly: true },
  { name: 'wildcard', model: 'org-llama', isCloudOnly: true },
  { name: 'mixed pool', model: 'mixed' },
  { name: 'fallback', model: 'falling' },
  { name: 'by rule', ...by('cloud'), isCloudOnly: true },
  { name: 'forced', ...by('forced'), isCloudOnly: true },
  { name: 'split', ...by('split') },
  { name: 'weighted', ...by('weighted') },
  { name: 'judged', ...by('judged') },
  { name: 'edited', ...by('edited'), isCloudOnly: true },
  { name: 'redacted', ...by('redacted'), isCloudOnly: true, redacts: REDACTED },
  { name: 'ruleset', model: 'team', headers: { 'x-way': 'redacted' }, isCloudOnly: true, redacts: REDACTED },
  { name: 'near', model: 'near' },
]

const way = (name: string): Condition => ({ header: { 'x-way': name } })

function rulesOf(side: Side): RuleConfig[] {
  const isLeft = side === 'left'
  const weights = isLeft ? [3, 1] : [1, 2]
  return [
    { id: `tag-${side}`, when: { all: [{ tools: true }, { not: way('redacted') }] }, addTags: ['tooled'] },
    { id: `forced-${side}`, when: way('forced'), to: 'cloud', force: true },
    {
      id: `split-${side}`,
      when: way('split'),
      split: [
        { to: 'cloud', weight: weights[0] ?? 1 },
        { to: 'home', weight: weights[1] ?? 1 },
      ],
    },
    { id: `weighted-${side}`, when: way('weighted'), to: 'weighted' },
    { id: `complex-${side}`, when: { all: [way('judged'), { complexity: 'complex' }] }, to: 'mixed' },
    { id: `judged-${side}`, when: way('judged'), to: 'cloud' },
    {
      id: `edited-${side}`,
      when: { any: [way('edited'), { tag: 'tooled' }] },
      to: 'cloud',
      set: { temperature: 0.5 },
      clamp: { max_tokens: { max: 50 } },
    },
    {
      id: `redacted-${side}`,
      when: way('redacted'),
      to: isLeft ? 'cloud' : 'outer',
      redact: { detectors: REDACTED, relabel: 'none' },
    },
    { id: `else-${side}`, to: isLeft ? 'outer' : 'cloud' },
  ]
}

function policyOf(side: Side, sink: string): PolicyFile {
  const isLeft = side === 'left'
  return {
    zones: [...ZONES],
    labels: {
      private: { mayReach: MAY_REACH.private, onDenied: { reroute: 'home' } },
      secret: { mayReach: MAY_REACH.secret, onDenied: 'block' },
      internal: { mayReach: MAY_REACH.internal, onDenied: { reroute: 'near' } },
    },
    classify: {
      scan: { maxBytes: `${SCAN_BYTES / 1024}KiB` },
      privacy: {
        label: 'private',
        patterns: [...PATTERNS],
        allow: { values: [ALLOWED.card], domains: [ALLOWED.domain] },
      },
      injection: { action: 'flag' },
      complexity: { classifier: { model: 'judge', timeout: '2s' } },
    },
    // What carries a label leaves no text there; what redaction took a label from, redacted text, on either side.
    trace: { sink: 'otlp', url: sink, zone: 'cloud', content: isLeft ? 'full' : 'redacted' },
    // On one side what failed is left alone for a while, on the other it is asked each time.
    ...(isLeft ? {} : { breaker: 'off' as const }),
    timeouts: { connect: '15s', firstToken: '30s', idle: '30s', total: '180s' },
    models: {
      auto: { rules: 'main' },
      team: { rules: 'crew' },
      cloud: { targets: isLeft ? ['one/a', 'two/b'] : ['two/b', 'one/a'], fallback: ['home/b'] },
      outer: { targets: ['two/b'], fallback: ['one/a', 'lan/a'] },
      weighted: {
        targets: [
          { target: 'one/a', weight: isLeft ? 5 : 1 },
          { target: 'lan/a', weight: 1 },
          { target: 'home/a', weight: 1 },
        ],
        balance: 'weighted',
      },
      mixed: {
        targets: ['two/a', 'lan/b', 'home/b', 'one/b'],
        balance: isLeft ? 'round-robin' : 'least-busy',
      },
      falling: { targets: ['home/a'], fallback: ['lan/a', 'one/a', 'two/a'], keepAlive: 'off' },
      home: { targets: isLeft ? ['home/a'] : ['home/b', 'home/a'], fallback: ['one/b'] },
      near: { targets: ['lan/a'], fallback: ['two/b', 'home/a'] },
      judge: { targets: ['one/judge'], fallback: ['home/judge'] },
      'org-*': { targets: ['one/*'], fallback: ['home/a'] },
    },
    aliases: { swift: isLeft ? 'cloud' : 'outer' },
    rules: { main: rulesOf(side), crew: rulesOf(side) },
  }
}

/** @param origins of the recorders, by zone @param sink where traces go */
export function zonedPolicies(side: Side, origins: Readonly<Record<Zone, string>>, sink: string): Policies {
  const ids = (zone: Zone, names: readonly string[]): BackendConfig['models'] =>
    Object.fromEntries(names.map((name) => [name, { id: `${zone}/${name}` }]))
  const at = (zone: Zone, path: string): { url: string; zone: Zone } => ({
    url: `${origins[zone]}/${path}/v1`,
    zone,
  })
  const names = ['a', 'b', 'judge']
  return {
    policy: policyOf(side, sink),
    backends: {
      backends: {
        one: {
          kind: 'openai',
          ...at('cloud', 'one'),
          models: { ...ids('cloud', names), '*': { id: 'cloud/any-*' } },
        },
        two: { kind: 'litellm', ...at('cloud', 'two'), models: ids('cloud', names) },
        lan: { kind: 'ollama', ...at('lan', 'lan'), models: ids('lan', names) },
        home: { kind: 'openai', ...at('local', 'home'), models: ids('local', names) },
      },
    },
    packs: { staff: { detectors: [PACKED], cases: [{ text: 'a desk', finds: [] }] } },
    clients: {
      clients: {
        home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' },
        crew: { keys: [{ env: LABELLED_KEY }], models: '*', labels: ['private'] },
      },
    },
  }
}
