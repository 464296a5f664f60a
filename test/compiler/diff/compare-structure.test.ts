import { describe, expect, it } from 'vitest'
import { compareStructure } from '../../../compiler/diff/compare-structure.ts'
import type { Budget, UsageLimits } from '../../../src/table/usage-limits.ts'
import type { PrivacyGuard, RouteTable } from '../../../src/table/route-table.ts'
import { makePattern, makePrivacy } from '../../src/make-policy.ts'
import {
  makeBackend,
  makeClient,
  makeModel,
  makeTable,
  makeTarget,
  plainly,
} from '../../src/make-snapshot.ts'
import type { Rule } from '../../../src/table/route-table.ts'

function rule(id: string, fields: Partial<Rule> = {}): Rule {
  const action = { kind: 'route', to: 'fast', force: false } as const
  return { id, when: null, addTags: [], set: {}, clamp: {}, redact: null, action, ...fields }
}

/** `+ address`, `- address`, `~ address.setting: before -> after`. */
function lines(before: Partial<RouteTable>, after: Partial<RouteTable>): string[] {
  return compareStructure(makeTable(before), makeTable(after)).flatMap(({ address, action, settings }) =>
    action === 'change'
      ? settings.map(({ name, before: was, after: is }) => `~ ${address}.${name}: ${was} -> ${is}`)
      : [`${action === 'add' ? '+' : '-'} ${address}`],
  )
}

const { targets, models, names, limits, backends } = makeTable()
const used = (count: number): UsageLimits => ({
  requests: { count, windowMs: 60_000 },
  tokens: null,
  concurrent: null,
})
const spent = (limit: number): Budget => ({ per: 'day', limit, warnAt: limit / 2 })
const text = (word: string): RouteTable['texts'][number] => ({
  in: 'user',
  test: { kind: 'contains', anyOf: [word] },
  caseSensitive: false,
})
const guarded = (fields: Partial<PrivacyGuard>): Partial<RouteTable> => ({
  classify: { ...makeTable().classify, privacy: makePrivacy(fields) },
})
const asks = (index: number): Rule => rule('asks', { when: { kind: 'text', index } })

describe('what two policies say differently', () => {
  it.each<{ name: string; before?: Partial<RouteTable>; after: Partial<RouteTable>; found: string[] }>([
    { name: 'nothing', after: { digest: 'e2'.repeat(32) }, found: [] },
    {
      name: 'a limit',
      after: { limits: { ...limits, failedKeys: { count: 5, windowMs: 60_000 } } },
      found: ['~ limits.failedKeys.count: 3 -> 5'],
    },
    {
      name: 'what may be used and spent, and what it costs',
      before: { clients: { crew: makeClient({ limits: used(60), budgets: [spent(5e9)] }) } },
      after: {
        clients: { crew: makeClient({ limits: used(30), budgets: [spent(7.5e9)] }) },
        models: { ...models, fast: makeModel({ limits: { ...used(9), concurrent: 2 } }) },
        backends: { ...backends, gpu: makeBackend({ limits: used(100) }) },
        targets: {
          ...targets,
          'gpu/coder': makeTarget({ price: { input: 2500, cachedInput: 1250, output: 10_000 } }),
        },
      },
      found: [
        '~ models.fast.limits.requests: null -> 9 in 1m',
        '~ models.fast.limits.concurrent: null -> 2',
        '~ backends.gpu.limits.requests: null -> 100 in 1m',
        '~ targets.gpu/coder.price: unknown -> 2.5 USD in, 1.25 cached, 10 out',
        '~ clients.crew.limits.requests: 60 in 1m -> 30 in 1m',
        '~ clients.crew.budget.day: 5 USD, warns at 50 % -> 7.5 USD, warns at 50 %',
      ],
    },
    {
      name: 'what stands in for a model that is not named',
      before: { defaultModels: { images: 'fast', moderations: 'fast' } },
      after: { defaultModels: { moderations: 'safe' } },
      found: ['~ defaultModels.moderations: fast -> safe', '~ defaultModels.images: fast -> null'],
    },
    {
      name: 'zones in another order',
      after: { zones: ['lan', 'cloud', 'local'] },
      found: [
        '~ zones.order: local > lan > cloud -> local > cloud > lan',
        '~ targets.gpu/coder.zone: cloud -> lan',
        '~ targets.spare/small.zone: cloud -> lan',
      ],
    },
    {
      name: 'patterns, by their id, and what is allowed',
      before: guarded({ patterns: [makePattern(), makePattern({ id: 'gone' })] }),
      after: guarded({
        patterns: [makePattern({ source: 'zeus', literals: ['zeus'] })],
        allow: { values: [], domains: ['example.com'], networks: [] },
      }),
      found: [
        '~ classify.privacy.patterns.codename.regex: /hermes/iu -> /zeus/iu',
        '~ classify.privacy.allow.domains: none -> example.com',
        ...['regex', 'label', 'group', 'check', 'minEntropy', 'placeholder'].map((name) =>
          expect.stringMatching(`^~ classify.privacy.patterns.gone.${name}: .* -> null$`),
        ),
      ],
    },
    {
      name: 'a label',
      before: { labels: { a: { mayReach: 1, onDenied: null, trace: 'none', cache: 'none' } } },
      after: {
        labels: {
          a: { mayReach: 2, onDenied: { kind: 'reroute', to: 'safe' }, trace: 'none', cache: 'none' },
          b: { mayReach: 0, onDenied: { kind: 'block' }, trace: 'none', cache: 'none' },
        },
      },
      found: [
        '~ labels.a.mayReach: lan -> local',
        '~ labels.a.onDenied: none -> reroute to safe',
        '+ labels.b',
      ],
    },
    {
      name: 'a hook that others may call',
      after: {
        hooks: {
          mattermost: { tokens: [{ env: 'TOKEN' }], users: null, teams: null, channels: null, commands: {} },
        },
      },
      found: ['+ hooks.mattermost'],
    },
    {
      name: 'aliases and wildcards',
      after: {
        names: { fast: 'fast', safe: 'safe', 'gpt-4': 'safe' },
        wildcards: [{ prefix: 'o', model: 'fast' }],
      },
      found: ['~ aliases.gpt-4.to: fast -> safe', '+ aliases.o*'],
    },
    {
      name: 'a pool',
      after: {
        models: {
          ...models,
          safe: makeModel({
            pool: [
              { target: 'spare/small', weight: 3 },
              { target: 'gpu/coder', weight: 1 },
            ],
            balance: 'weighted',
            fallback: [plainly('gpu/coder')],
          }),
        },
      },
      found: [
        '~ models.safe.targets: gpu/coder, spare/small -> spare/small x3, gpu/coder x1',
        '~ models.safe.balance: ordered -> weighted',
        '~ models.safe.fallback: none -> gpu/coder',
      ],
    },
    {
      name: 'a model that a rule stands for by its target, which is no entry',
      after: { models: { ...models, 'gpu/coder': makeModel() } },
      found: [],
    },
    {
      name: 'rules, and their order only where those that stayed changed places',
      before: { rulesets: { main: [rule('a'), rule('b'), rule('c')] } },
      after: { rulesets: { main: [rule('x'), rule('c'), rule('b')] } },
      found: ['~ rules.main.order: a > b > c -> x > c > b', '+ rules.main.x', '- rules.main.a'],
    },
    {
      name: 'a rule that is gone',
      before: { rulesets: { main: [rule('a'), rule('b')] } },
      after: { rulesets: { main: [rule('b')] } },
      found: ['- rules.main.a'],
    },
    {
      name: 'what a rule does',
      before: { rulesets: { main: [rule('a', { set: { temperature: 0 }, addTags: ['t'] })] } },
      after: {
        rulesets: {
          main: [
            rule('a', {
              clamp: { max_tokens: { min: null, max: 5 } },
              redact: { detectors: ['pii'], relabel: { to: null } },
              action: { kind: 'block', status: 403, message: 'no' },
            }),
          ],
        },
      },
      found: [
        '~ rules.main.a.action: to fast -> block 403 "no"',
        '~ rules.main.a.clamp.max_tokens.min: null -> none',
        '~ rules.main.a.clamp.max_tokens.max: null -> 5',
        '~ rules.main.a.redact.detectors: null -> pii',
        '~ rules.main.a.redact.relabel.to: null -> none',
        '~ rules.main.a.addTags: t -> null',
        '~ rules.main.a.set.temperature: 0 -> null',
      ],
    },
    {
      name: 'texts by what they say, not by their number',
      before: { texts: [text('x')], rulesets: { main: [asks(0)] } },
      after: { texts: [text('new'), text('x')], rulesets: { main: [asks(1)] } },
      found: [],
    },
    {
      name: 'another text under the same number',
      before: { texts: [text('x')], rulesets: { main: [asks(0)] } },
      after: { texts: [text('y')], rulesets: { main: [asks(0)] } },
      found: ['~ rules.main.asks.when: last user turn contains "x" -> last user turn contains "y"'],
    },
    {
      name: 'a backend, its certificate and a target',
      after: {
        backends: {
          ...backends,
          gpu: makeBackend({ key: { env: 'K' }, keepsState: true, tls: { ca: null, serverName: 'a' } }),
        },
        targets: { ...targets, 'gpu/coder': makeTarget({ supports: [], context: 9, mode: 'm' }) },
      },
      found: [
        '~ backends.gpu.state: null -> kept',
        '~ backends.gpu.key: none -> K',
        '~ backends.gpu.ca: null -> public',
        '~ backends.gpu.serverName: null -> a',
        '~ targets.gpu/coder.context: unknown -> 9',
        '~ targets.gpu/coder.supports: not said -> none',
        '~ targets.gpu/coder.mode: none -> m',
      ],
    },
    {
      name: 'clients and their keys',
      after: {
        clients: {
          crew: makeClient({
            keys: [{ sha256: 'ab'.repeat(32), deprecatedAt: null, expiresAt: Date.UTC(2027, 0, 31) }],
            models: ['fast'],
            labels: ['private'],
          }),
        },
      },
      found: [
        '~ clients.crew.keys: none -> abababab expires 2027-01-31',
        '~ clients.crew.models: * -> fast',
        '~ clients.crew.labels: none -> private',
      ],
    },
  ])('$name', ({ before = {}, after, found }) => {
    expect(lines(before, after)).toEqual(found)
  })

  it('is the same for names that lead to the same', () => {
    expect(lines({ names }, { names: { ...names, extra: 'fast' } })).toEqual(['+ aliases.extra'])
  })
})
