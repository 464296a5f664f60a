/** Alerts: names are looked up, `*` becomes all of them, bounds become numbers. */
import type { Alert, AlertMeasure, AlertScope, RequestMeasure } from '../../src/table/alert-policy.ts'
import type { AlertConfig, AlertScopeConfig } from '../config/alerts.ts'
import type { OneOf } from '../config/rules.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { durationAt } from './resolve-context.ts'
import type { ResolvedAlert, ResolvedAlerts } from './resolved-policy.ts'
import type { NameKind, Scope } from './scope.ts'
import { reportUnknownModel } from './unknown-model.ts'
import { isKnown } from './unknown-name.ts'

type RequestKey = 'errorRate' | 'p95' | 'firstToken' | 'cacheRate'

const REQUEST_KINDS: Record<RequestKey, RequestMeasure['kind']> = {
  errorRate: 'error-rate',
  p95: 'p95',
  firstToken: 'first-token',
  cacheRate: 'cache-rate',
}

/** Rates over less than that would be those of a few moments. */
const SHORTEST_WINDOW_MS = 30_000
const SHORTEST_REPEAT_MS = 60_000

export function resolveAlerts(scope: Scope): ResolvedAlerts {
  const { receivers = {}, watch = {} } = scope.policy.alerts ?? {}
  const at: Place = { file: 'policy', path: ['alerts'] }
  return {
    receivers: new Map(
      Object.entries(receivers).map(([name, { webhook, username }]) => [
        name,
        {
          receiver: { webhook: { env: webhook.env }, username: username ?? null },
          at: within(at, 'receivers', name),
        },
      ]),
    ),
    watch: new Map(
      Object.entries(watch).map(([name, config]) => [
        name,
        resolveAlert(config, within(at, 'watch', name), scope),
      ]),
    ),
  }
}

function resolveAlert(config: AlertConfig, at: Place, scope: Scope): ResolvedAlert {
  const { for: needed, clearsAfter, repeat, to } = config
  const time = (key: string, text: string, minMs?: number): number =>
    durationAt(text, within(at, key), scope, minMs)
  const { measure, key } = measureOf(config, at, scope)
  const alert: Alert = {
    measure,
    ...boundsOf(config, within(at, key), scope),
    forMs: time('for', needed ?? DEFAULTS.alert.for, 0),
    clearsAfterMs: time('clearsAfter', clearsAfter ?? DEFAULTS.alert.clearsAfter, 0),
    repeatMs: repeat === 'off' ? null : time('repeat', repeat ?? DEFAULTS.alert.repeat, SHORTEST_REPEAT_MS),
    to: namesAt('receiver', to, within(at, 'to'), scope) ?? [],
  }
  return { alert, key, at }
}

function measureOf(
  config: AlertConfig,
  at: Place,
  scope: Scope,
): { measure: AlertMeasure; key: ResolvedAlert['key'] } {
  const { policy, known } = scope
  if ('backendDown' in config) {
    const named = config.backendDown === '*' ? undefined : config.backendDown
    const backends = namesAt('backend', named, within(at, 'backendDown'), scope) ?? wakefulBackends(scope)
    return { measure: { kind: 'backend-down', backends: backends.toSorted() }, key: 'backendDown' }
  }
  if ('budget' in config) {
    const place = within(at, 'budget', 'client')
    const clients = namesAt('client', config.budget.client, place, scope) ?? [...known.client]
    return { measure: { kind: 'budget', clients: clients.toSorted() }, key: 'budget' }
  }
  if ('traceAge' in config) return { measure: { kind: 'trace-age' }, key: 'traceAge' }
  const key = requestKey(config)
  const { of, over = DEFAULTS.alert.over, atLeast = DEFAULTS.alert.atLeast } = config
  const overMs = durationAt(over, within(at, 'over'), scope, SHORTEST_WINDOW_MS)
  const counted = resolveScope(of ?? {}, within(at, 'of'), { ...scope, policy })
  return { measure: { kind: REQUEST_KINDS[key], scope: counted, overMs, atLeast }, key }
}

/** What sleeps until a request wakes it is not down. */
function wakefulBackends({ backends }: Scope): string[] {
  return [...backends].flatMap(([name, { wake }]) => (wake === null ? [name] : []))
}

function requestKey(config: object): RequestKey {
  if ('errorRate' in config) return 'errorRate'
  if ('p95' in config) return 'p95'
  return 'firstToken' in config ? 'firstToken' : 'cacheRate'
}

function resolveScope(of: AlertScopeConfig, at: Place, scope: Scope): AlertScope {
  return {
    clients: namesAt('client', of.client, within(at, 'client'), scope),
    models: modelsAt(of.model, within(at, 'model'), scope),
    backends: namesAt('backend', of.backend, within(at, 'backend'), scope),
    rules: namesAt('rule', of.rule, within(at, 'rule'), scope),
  }
}

/** Null = none were named. */
function namesAt(kind: NameKind, names: OneOf<string> | undefined, at: Place, scope: Scope): string[] | null {
  return eachName(names, at, (name, place) => isKnown(kind, name, place, scope))
}

/** A name that clients ask for, as it is written: requests are counted under it. */
function modelsAt(names: OneOf<string> | undefined, at: Place, scope: Scope): string[] | null {
  const { models, aliases = {} } = scope.policy
  const known = [...Object.keys(models), ...Object.keys(aliases)]
  return eachName(names, at, (name, place) => {
    if (known.includes(name)) return true
    reportUnknownModel({ name, at: place, known }, scope)
    return false
  })
}

function eachName(
  names: OneOf<string> | undefined,
  at: Place,
  isThere: (name: string, at: Place) => boolean,
): string[] | null {
  if (names === undefined) return null
  if (typeof names === 'string') return isThere(names, at) ? [names] : []
  return names.filter((name, i) => isThere(name, within(at, i)))
}

function boundsOf(config: AlertConfig, at: Place, scope: Scope): Pick<Alert, 'side' | 'bound' | 'clearsAt'> {
  if ('backendDown' in config) return { side: 'above', bound: 0, clearsAt: 0 }
  if ('cacheRate' in config) {
    const { below, clearsAt = below } = config.cacheRate
    return { side: 'below', bound: below, clearsAt }
  }
  if ('errorRate' in config || 'budget' in config) {
    const { above, clearsAt = above } = 'budget' in config ? config.budget : config.errorRate
    return { side: 'above', bound: above, clearsAt }
  }
  const time = timeIn(config)
  const bound = durationAt(time.above, within(at, 'above'), scope)
  const clearsAt =
    time.clearsAt === undefined ? bound : durationAt(time.clearsAt, within(at, 'clearsAt'), scope)
  return { side: 'above', bound, clearsAt }
}

function timeIn(
  config: Extract<AlertConfig, { p95: unknown } | { firstToken: unknown } | { traceAge: unknown }>,
): { above: string; clearsAt?: string } {
  if ('p95' in config) return config.p95
  return 'firstToken' in config ? config.firstToken : config.traceAge
}
