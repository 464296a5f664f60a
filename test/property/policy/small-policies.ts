/**
 * Random policies over a world so small that it can be walked whole: three zones, a few places, two labels, rules over
 * one header, one word, token counts, modes, health and tags. Every name resolves; whether a policy leaks is left to chance.
 */
import * as fc from 'fast-check'
import type { BackendConfig } from '../../../compiler/config/backends.ts'
import type { FallbackConfig, ModelConfig, OnDeniedConfig } from '../../../compiler/config/policy.ts'
import type { Condition, RuleConfig } from '../../../compiler/config/rules.ts'
import type { PolicyDocuments } from '../policy-documents.ts'
import type { Surface } from '../../../src/table/route-table.ts'
import { FLAG, WORD } from './world.ts'

export const ZONES: string[] = ['cloud', 'lan', 'local']
const BACKENDS = ['b0', 'b1', 'b2']
const PLACES: string[] = BACKENDS.map((backend) => `${backend}/m`)
const SERVED = ['s0', 's1', 's2']
/** What may stand as a destination: models, an alias, a place by itself. */
const DESTINATIONS = [...SERVED, 'nick', ...PLACES]
export const MODE = 'night'
/** `private` is put on by detectors and a pattern, `tied` by a client's entry, `soft` only by relabelling. */
const LABELS = ['private', 'tied', 'soft']

/** Mostly the first, so that what has to do with it does not drown all else. */
function oftenPlain<A, B>(plain: A, others: fc.Arbitrary<B>): fc.Arbitrary<A | B> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(plain) }, { weight: 1, arbitrary: others })
}

const destination = fc.constantFrom(...DESTINATIONS)

const backend: fc.Arbitrary<BackendConfig> = fc.record(
  {
    kind: oftenPlain('openai' as const, fc.constantFrom('ollama' as const, 'anthropic' as const)),
    url: fc.constant('http://127.0.0.1:8000'),
    speaks: fc.constantFrom<Surface[]>(['chat'], ['messages', 'rerank'], ['chat', 'responses']),
    keepsState: fc.boolean(),
    zone: fc.constantFrom(...ZONES),
    mode: fc.constant(MODE),
    models: fc
      .record(
        {
          id: fc.constant('id'),
          context: fc.constantFrom(50, 5000),
          supports: fc.constantFrom<('tools' | 'vision')[]>([], ['tools'], ['tools', 'vision']),
          zone: fc.constantFrom(...ZONES),
          speaks: fc.constantFrom<Surface[]>(['rerank'], ['responses', 'chat']),
        },
        { requiredKeys: ['id'] },
      )
      .map((m) => ({ m })),
  },
  { requiredKeys: ['kind', 'url', 'zone', 'models'] },
)

/** Fallbacks lead to later models or to places only, so that there is no cycle. */
function servedModel(index: number): fc.Arbitrary<ModelConfig> {
  const later = [...SERVED.slice(index + 1), ...PLACES]
  return fc.record(
    {
      targets: fc.uniqueArray(fc.constantFrom(...PLACES), { minLength: 1, maxLength: 2 }),
      fallback: fc.array(fallbackTo(later), { minLength: 1, maxLength: 2 }),
      surfaces: fc.constantFrom<Surface[]>(['chat', 'messages'], ['rerank', 'responses']),
      translation: fc.constantFrom('allow' as const, 'lossless' as const, 'off' as const),
      serverTools: fc.constantFrom('allow' as const, 'refuse' as const),
    },
    { requiredKeys: ['targets'] },
  )
}

function fallbackTo(later: string[]): fc.Arbitrary<string | FallbackConfig> {
  const causes = fc.constantFrom<FallbackConfig['on'][number]>('connect', 'context', 'content-filter')
  const to = fc.constantFrom(...later)
  const onSome = fc.record({ to, on: fc.uniqueArray(causes, { minLength: 1 }) })
  return fc.oneof({ weight: 3, arbitrary: to }, { weight: 1, arbitrary: onSome })
}

type Headers = NonNullable<Condition['header']>

const atom: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ label: fc.constantFrom('private', 'tied', 'soft') }),
  fc.record({ header: fc.constantFrom<Headers>({ [FLAG]: 'on' }, { [FLAG]: ['on', 'off'] }) }),
  fc.record({ prompt: fc.constant({ contains: WORD }) }),
  fc.record({ tokens: fc.constantFrom({ below: 100 }, { atLeast: 100 }, { atLeast: 10, below: 1000 }) }),
  fc.record({ maxTokens: fc.constantFrom({ below: 100 }, { atLeast: 100 }) }),
  fc.record({ mode: fc.constant(MODE) }),
  fc.record({ client: fc.constantFrom('c0', 'c1') }),
  fc.record({ model: fc.constantFrom<string | string[]>('auto', ['auto', 'other'], 'wild-*') }),
  fc.record({ tools: fc.boolean() }),
  fc.record({ images: fc.boolean() }),
  fc.record({ injection: fc.constantFrom('flagged' as const, 'clean' as const) }),
  fc.record({ complexity: fc.constantFrom('simple' as const, 'complex' as const) }),
  fc.record({ healthy: fc.constantFrom(...BACKENDS) }),
  fc.record({ tag: fc.constantFrom('t0', 't1') }),
)

const atomOfAll: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 30, arbitrary: atom },
  {
    weight: 1,
    arbitrary: fc.record({ surface: fc.constantFrom<Surface[]>(['messages'], ['chat', 'rerank']) }),
  },
)

const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 5, arbitrary: atomOfAll },
  { weight: 1, arbitrary: fc.record({ not: atom }) },
  { weight: 1, arbitrary: fc.record({ any: fc.array(atom, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ all: fc.array(atom, { minLength: 2, maxLength: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.tuple(atom, atom).map(([a, b]): Condition => ({ any: [{ all: [a, b] }, { not: a }] })),
  },
)

const end: fc.Arbitrary<Partial<RuleConfig>> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ to: destination }) },
  { weight: 1, arbitrary: fc.record({ to: destination, force: fc.constant(true as const) }) },
  {
    weight: 1,
    arbitrary: fc.tuple(destination, destination).map(([a, b]) => ({
      split: [
        { to: a, weight: 1 },
        { to: b, weight: 3 },
      ],
    })),
  },
  { weight: 1, arbitrary: fc.constant({ block: { message: 'no' } }) },
)
const change: fc.Arbitrary<Partial<RuleConfig>> = fc.oneof(
  fc.record({ addTags: fc.constantFrom<string[]>(['t0'], ['t1']) }),
  fc.record({
    redact: fc.record({
      detectors: fc.constantFrom<string[]>(['secrets'], ['secrets', 'pii', 'codename']),
      relabel: fc.constantFrom('none', 'soft'),
    }),
  }),
)

const rule: fc.Arbitrary<Omit<RuleConfig, 'id'>> = fc
  .tuple(condition, fc.oneof({ weight: 4, arbitrary: end }, { weight: 1, arbitrary: change }))
  .map(([when, what]) => ruleOf(when, what))

/** A copy: what an arbitrary made is its own. */
function ruleOf(when: Condition, what: Partial<RuleConfig>): Omit<RuleConfig, 'id'> {
  return { when, ...what }
}

const rules: fc.Arbitrary<RuleConfig[]> = fc
  .tuple(fc.array(rule, { maxLength: 4 }), destination)
  .map(([list, to]) => {
    const named: RuleConfig[] = []
    for (const entry of list) named.push({ id: `r${named.length}`, ...entry })
    named.push({ id: 'else', to })
    return named
  })

const onDenied: fc.Arbitrary<OnDeniedConfig> = fc.oneof(
  fc.constant('block' as const),
  fc.record({ reroute: fc.constantFrom(...SERVED) }),
)
const label = fc.record({ mayReach: fc.constantFrom(...ZONES), onDenied }, { requiredKeys: ['mayReach'] })

const OF_SURFACES = new Set(['speaks', 'keepsState', 'surfaces', 'translation', 'serverTools'])

/** Without what it says of surfaces, where nothing is to be said of them. */
function spoken<T>(entry: T, isSpoken: boolean): T {
  if (isSpoken) return entry
  const text = JSON.stringify(entry, (key, value: unknown) => {
    if (OF_SURFACES.has(key)) return undefined
    return key === 'kind' ? 'openai' : value
  })
  return JSON.parse(text) as T
}

export const smallPolicy: fc.Arbitrary<PolicyDocuments> = fc
  .record({
    backends: fc.tuple(backend, backend, backend),
    models: fc.tuple(servedModel(0), servedModel(1), servedModel(2)),
    labels: fc.tuple(label, label, label),
    rules,
    nick: fc.constantFrom(...SERVED),
    wild: fc.constantFrom('auto', ...SERVED),
    injection: fc.constantFrom('flag' as const, 'block' as const),
    grants: fc.uniqueArray(fc.constantFrom('auto', 'other', 'nick', 'wild-*', ...SERVED), { minLength: 1 }),
    tagged: fc.boolean(),
    // The walk takes seven times as long where surfaces differ.
    isSpoken: oftenPlain(false, fc.constant(true)),
  })
  .map(({ backends, models, labels, rules: list, nick, wild, injection, grants, tagged, isSpoken }) => ({
    backends: {
      backends: Object.fromEntries(
        BACKENDS.map((name, i) => [name, spoken(backends[i] ?? backends[0], isSpoken)]),
      ),
      modes: { [MODE]: {} },
    },
    policy: {
      zones: ZONES,
      labels: Object.fromEntries(LABELS.map((name, i) => [name, labels[i] ?? labels[0]])),
      classify: {
        privacy: {
          detectors: ['secrets', 'pii'],
          patterns: [{ id: 'codename', regex: 'hermes' }],
          label: 'private',
        },
        injection: { action: injection },
      },
      models: {
        auto: { rules: 'main' },
        ...Object.fromEntries(SERVED.map((name, i) => [name, spoken(models[i] ?? models[0], isSpoken)])),
      },
      aliases: { other: 'auto', nick, 'wild-*': wild },
      rules: { main: list },
    },
    clients: {
      clients: {
        c0: { keys: [{ env: 'K0' }], models: '*', ...(tagged ? { tags: ['t0'] } : {}) },
        c1: { keys: [{ env: 'K1' }], models: grants, labels: ['tied'] },
      },
    },
  }))
