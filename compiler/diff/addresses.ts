/**
 * A route table as addresses: `rules.main.short`, `models.fast`, each with its settings in words.
 */
import { createHash } from 'node:crypto'
import { onCauses } from '../../src/table/failure-causes.ts'
import type { Client } from '../../src/table/front-policy.ts'
import type {
  Action,
  Backend,
  Label,
  Model,
  PrivacyGuard,
  RouteTable,
  Rule,
  Target,
} from '../../src/table/route-table.ts'
import type { Budget, Price, Rate, UsageLimits } from '../../src/table/usage-limits.ts'
import { formatDuration } from '../check/format-duration.ts'
import { ofAlert, ofReceiver, ofSink } from './alert-settings.ts'
import { describePredicate } from '../explain/describe-predicate.ts'

/** Between the things of a setting that is called `order`. */
export const ORDER_MARK = ' > '

const NANO = 1e9

/** Setting → its value in words. Two are the same when their words are. */
export type Settings = Record<string, string>

/**
 * Address → settings. Left out is what follows from the rest: the digest, needs, and models that stand for one target
 * which a rule names.
 */
export function toAddresses(table: RouteTable): Map<string, Settings> {
  const { listen, limits, cors, zones, timeZone, state, surfaces, classify } = table
  const entries = <T>(
    kind: string,
    record: Readonly<Record<string, T>>,
    toSettings: (value: T, name: string) => Settings,
  ): [string, Settings][] =>
    Object.entries(record).map(([name, value]) => [`${kind}.${name}`, toSettings(value, name)])

  const order = Object.entries(table.rulesets).map(([name, rules]): [string, Settings] => [
    `rules.${name}`,
    { order: rules.map(({ id }) => id).join(ORDER_MARK) },
  ])
  return new Map<string, Settings>([
    ['listen', flatten(listen)],
    ['limits', flatten(limits)],
    ['cors', flatten(cors)],
    ['zones', { order: zones.toReversed().join(ORDER_MARK) }],
    ['timeZone', { name: timeZone }],
    ['state', flatten(state ?? {})],
    ...(table.trace ?? []).map((sink): [string, Settings] => [`trace.${sink.kind}`, ofSink(sink)]),
    ...entries('hooks', { ...table.hooks }, flatten),
    ...entries('alerts.watch', table.alerts?.watch ?? {}, ofAlert),
    ...entries('alerts.receivers', table.alerts?.receivers ?? {}, ofReceiver),
    ['surfaces', { served: surfaces.join(', ') }],
    ['defaultModels', flatten(table.defaultModels ?? {})],
    ['fileUrls', { taken: table.fileUrls ?? 'public' }],
    ...entries('labels', table.labels, (label) => ofLabel(label, zones)),
    ...Object.entries(classify).map(([name, value]): [string, Settings] => [
      `classify.${name}`,
      flatten(name === 'privacy' ? byPattern(classify.privacy) : value),
    ]),
    ...entries('aliases', aliasesOf(table), (to) => ({ to })),
    ...entries('models', modelsOf(table), ofModel),
    ...order,
    ...Object.entries(table.rulesets).flatMap(([ruleset, rules]) =>
      rules.map((rule): [string, Settings] => [`rules.${ruleset}.${rule.id}`, ofRule(rule, table)]),
    ),
    ...entries('modes', table.modes, flatten),
    ...entries('backends', table.backends, ofBackend),
    ...entries('targets', table.targets, (target) => ofTarget(target, zones)),
    ...entries('clients', table.clients, ofClient),
  ])
}

/** Patterns by their id; the words that they need follow from the rest, or are no concern of who reads this. */
function byPattern(privacy: PrivacyGuard | null): object | null {
  if (privacy === null) return null
  const patterns = privacy.patterns.map(
    ({ id, source, flags, label, group, check, minEntropy, placeholder }) => [
      id,
      { regex: `/${source}/${flags}`, label, group, check, minEntropy, placeholder },
    ],
  )
  return { ...privacy, patterns: Object.fromEntries(patterns) as object }
}

/** Nested data as `a.b` → value; lists as one value. */
function flatten(value: unknown, path = 'value'): Settings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [path]: show(value) }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) =>
      Object.entries(flatten(part, path === 'value' ? key : `${path}.${key}`)),
    ),
  )
}

function show(value: unknown): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(show).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function aliasesOf({ names, wildcards }: RouteTable): Record<string, string> {
  const all = [
    ...Object.entries(names),
    ...wildcards.map(({ prefix, model }) => [`${prefix}*`, model] as const),
  ]
  return Object.fromEntries(all.filter(([name, model]) => name !== model))
}

function modelsOf({ models, targets }: RouteTable): Record<string, Model> {
  return Object.fromEntries(Object.entries(models).filter(([name]) => !Object.hasOwn(targets, name)))
}

function ofLabel({ mayReach, onDenied, trace, cache }: Label, zones: readonly string[]): Settings {
  const denied = onDenied?.kind === 'reroute' ? `reroute to ${onDenied.to}` : (onDenied?.kind ?? 'none')
  return { mayReach: zones[mayReach] ?? '', onDenied: denied, trace, cache }
}

function ofModel(model: Model): Settings {
  if (model.kind === 'ruled') return { rules: model.rules }
  const { pool, balance, fallback, retry, onBreak, surfaces, timeouts, keepAliveMs, limits } = model
  const { translation = 'allow', serverTools = 'refuse' } = model
  const shares = pool.map(({ target, weight }) => (balance === 'weighted' ? `${target} x${weight}` : target))
  return {
    targets: shares.join(', '),
    balance,
    fallback: show(fallback.map(({ target, on }) => target + onCauses(on))),
    surfaces: surfaces === null ? 'all' : surfaces.join(', '),
    translation,
    serverTools,
    ...flatten(timeouts, 'timeouts'),
    ...flatten(retry, 'retry'),
    onBreak,
    keepAliveMs: show(keepAliveMs),
    ...ofLimits(limits),
  }
}

function ofRule({ when, addTags, set, clamp, redact, action }: Rule, { texts }: RouteTable): Settings {
  return {
    when: when === null ? 'always' : describePredicate(when, texts),
    action: ofAction(action),
    ...(addTags.length === 0 ? {} : { addTags: show(addTags) }),
    ...flatten(set, 'set'),
    ...flatten(clamp, 'clamp'),
    ...(redact === null ? {} : flatten(redact, 'redact')),
  }
}

function ofAction(action: Action): string {
  switch (action.kind) {
    case 'route':
      return `to ${action.to}${action.force ? ', forced' : ''}`
    case 'split': {
      const arms = action.arms.map(({ to, weight }) => `${to} x${weight}`)
      return `split ${arms.join(', ')}${action.force ? ', forced' : ''}`
    }
    case 'block':
      return `block ${action.status} ${JSON.stringify(action.message)}`
    case 'continue':
      break
  }
  return 'continue'
}

/** Its models are told by their targets. */
function ofBackend(backend: Backend): Settings {
  const {
    kind,
    origin,
    basePath,
    key,
    tls,
    slots,
    limits,
    wake,
    keepsState = false,
    joinsTraces = false,
  } = backend
  return {
    kind,
    ...(keepsState && { state: 'kept' }),
    ...(joinsTraces && { traces: 'joined' }),
    url: `${origin ?? 'built in'}${basePath}`,
    key: key === null ? 'none' : key.env,
    ...ofLimits(limits),
    ...(slots === null ? { slots: 'any number' } : flatten(slots, 'slots')),
    ...(wake === null ? { wake: 'never' } : flatten(wake, 'wake')),
    ...(tls === null
      ? {}
      : {
          ca: tls.ca === null ? 'public' : `own, ${fingerprint(tls.ca)}`,
          serverName: tls.serverName ?? "the URL's",
        }),
  }
}

function ofTarget(target: Target, zones: readonly string[]): Settings {
  const { id, zone, context, supports, mode, price, speaks } = target
  return {
    id,
    speaks: speaks === undefined ? 'what its kind does' : show(speaks),
    zone: zones[zone] ?? '',
    context: context === null ? 'unknown' : String(context),
    supports: supports === null ? 'not said' : show(supports),
    mode: mode ?? 'none',
    price: price === null ? 'unknown' : inUsdPerMillion(price),
  }
}

function ofClient({ keys, models, tags, labels, limits, budgets, signing }: Client): Settings {
  const named = keys.map((key) => {
    const lifetime = [
      ...(key.deprecatedAt === null ? [] : [`deprecated ${day(key.deprecatedAt)}`]),
      ...(key.expiresAt === null ? [] : [`expires ${day(key.expiresAt)}`]),
    ]
    return ['env' in key ? key.env : key.sha256.slice(0, 8), ...lifetime].join(' ')
  })
  return {
    keys: show(named),
    models: models === null ? '*' : show(models),
    tags: show(tags),
    labels: show(labels),
    ...ofLimits(limits),
    ...(signing === null ? { signing: 'none' } : flatten(signing, 'signing')),
    ...Object.fromEntries(budgets.map((budget) => [`budget.${budget.per}`, inUsd(budget)])),
  }
}

function ofLimits(limits: UsageLimits | null): Settings {
  if (limits === null) return {}
  const { requests, tokens, concurrent } = limits
  return {
    ...(requests === null ? {} : { 'limits.requests': inWords(requests) }),
    ...(tokens === null ? {} : { 'limits.tokens': inWords(tokens) }),
    ...(concurrent === null ? {} : { 'limits.concurrent': show(concurrent) }),
  }
}

function inWords({ count, windowMs }: Rate): string {
  return `${count} in ${formatDuration(windowMs)}`
}

/** As it is written: the table has rounded nano-USD, and nobody writes more than two decimals of a percent. */
function inUsd({ limit, warnAt }: Budget): string {
  return `${limit / NANO} USD, warns at ${Number(((100 * warnAt) / limit).toFixed(2))} %`
}

function inUsdPerMillion({ input, cachedInput, output }: Price): string {
  const [into, cached, out] = [input, cachedInput, output].map((perToken) => perToken / 1000)
  return `${into} USD in, ${cached} cached, ${out} out`
}

/** Tells certificates apart; they are too long to show. */
function fingerprint(pem: string): string {
  return createHash('sha256').update(pem).digest('hex').slice(0, 12)
}

function day(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 10)
}
