/**
 * The last stage: intermediate representation → route table with its digest. Pure and deterministic.
 */
import { createHash } from 'node:crypto'
import type { AlertPolicy } from '../../src/table/alert-policy.ts'
import type { Client, ClientKey } from '../../src/table/front-policy.ts'
import type { Backend, RouteTable, Target } from '../../src/table/route-table.ts'
import type {
  ResolvedBackend,
  ResolvedClient,
  ResolvedKey,
  ResolvedPolicy,
} from '../resolve/resolved-policy.ts'
import { DEFAULTS } from '../resolve/defaults.ts'
import { canonicalJson, canonicalize } from './canonical-json.ts'
import { needsOf } from './needs-of.ts'
import { targetKey, toModel } from './to-model.ts'
import { toBudgets, toLimits, toPrice } from './to-usage.ts'

/** Expects a policy without errors. */
export function toRouteTable(policy: ResolvedPolicy): RouteTable {
  const { listen, limits, cors, names, wildcards, models, backends, clients } = policy
  const content: Omit<RouteTable, 'digest'> = {
    version: 2,
    listen: {
      https: listen.https.value,
      http: listen.http.value,
      names: listen.names.map(({ value }) => value),
    },
    limits: { ...limits, perAddress: toLimits(policy.perAddress) },
    cors: { origins: cors.origins.map(({ value }) => value), maxAgeSeconds: cors.maxAgeSeconds },
    zones: policy.zones,
    timeZone: policy.timeZone,
    labels: toRecord(policy.labels, ({ label }) => label),
    classify: policy.classify,
    texts: policy.texts,
    needs: needsOf(policy),
    surfaces: policy.surfaces,
    ...(policy.fileUrls !== DEFAULTS.fileUrls && { fileUrls: policy.fileUrls }),
    ...(policy.defaultModels.size > 0 && {
      defaultModels: toRecord(policy.defaultModels, ({ name }) => name),
    }),
    names: Object.fromEntries(names),
    wildcards: Array.from(wildcards, ([prefix, model]) => ({ prefix, model })).toSorted(
      (a, b) => b.prefix.length - a.prefix.length || (a.prefix < b.prefix ? -1 : 1),
    ),
    models: toRecord(models, (model) => toModel(model, policy)),
    targets: toTargets(policy),
    rulesets: toRecord(policy.rulesets, ({ rules }) => rules.map(({ rule }) => rule)),
    modes: toRecord(policy.modes, ({ mode }) => mode),
    breaker: policy.breaker,
    state: policy.state,
    ...(policy.hooks === null ? {} : { hooks: policy.hooks }),
    ...(policy.sinks.trace.length > 0 && { trace: policy.sinks.trace.map((sink) => sink.policy) }),
    ...(policy.alerts.watch.size > 0 && { alerts: toAlerts(policy.alerts) }),
    backends: toRecord(backends, toBackend),
    clients: toRecord(clients, (client) => toClient(client, policy)),
  }
  const digest = createHash('sha256').update(canonicalJson(content)).digest('hex')
  return canonicalize({ ...content, digest }) as RouteTable
}

function toRecord<A, B>(map: ReadonlyMap<string, A>, convert: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Array.from(map, ([key, value]) => [key, convert(value)]))
}

function toAlerts({ receivers, watch }: ResolvedPolicy['alerts']): AlertPolicy {
  return {
    receivers: toRecord(receivers, ({ receiver }) => receiver),
    watch: toRecord(watch, ({ alert }) => alert),
  }
}

/** Every model of every backend: what a policy does not use costs nothing here, and tools can name it. */
function toTargets({ backends }: ResolvedPolicy): Record<string, Target> {
  const targets: Record<string, Target> = {}
  for (const [backend, { models, zone, mode, speaks: all, lacks: allLack }] of backends) {
    for (const [model, { id, context, supports, speaks, ownMembers, lacks, zone: own, price }] of models) {
      targets[targetKey({ backend, model })] = {
        backend,
        model,
        id,
        zone: own ?? zone.value,
        context,
        supports,
        mode: mode?.name ?? null,
        price: toPrice(price),
        ...withSpeaks(speaks ?? all),
        ...withLacks(lacks ?? allLack),
        ...(ownMembers && { ownMembers }),
      }
    }
  }
  return targets
}

function withSpeaks(speaks: Target['speaks'] | null): Pick<Target, 'speaks'> {
  return speaks ? { speaks } : {}
}

function withLacks(lacks: string[] | null): Pick<Target, 'lacks'> {
  return lacks ? { lacks } : {}
}

function toBackend({
  keepsState,
  joinsTraces,
  unsupported,
  kind,
  origin,
  basePath,
  keyEnv,
  tls,
  health,
  models,
  limits,
  slots,
  wake,
  agent,
  asksUsage,
}: ResolvedBackend): Backend {
  return {
    kind,
    origin,
    basePath,
    key: keyEnv === null ? null : { env: keyEnv },
    tls: origin?.startsWith('https:') ? { ca: tls.ca, serverName: tls.serverName } : null,
    health,
    models: toRecord(models, ({ id, context }) => ({ id, context })),
    ...(keepsState && { keepsState }),
    ...(joinsTraces && { joinsTraces }),
    ...(unsupported === 'reject' && { unsupported }),
    limits: toLimits(limits),
    slots: slots && {
      count: slots.count,
      queueSize: slots.queueSize,
      queueWaitMs: slots.queueWait.value,
    },
    wake: wake && { by: wake.by, startsWithinMs: wake.startsWithin.value },
    ...(agent === null ? {} : { agent }),
    ...(asksUsage ? {} : { streamUsage: 'off' }),
  }
}

function toClient(
  { keys, models, tags, labels, limits, budgets, signing }: ResolvedClient,
  { usage }: Pick<ResolvedPolicy, 'usage'>,
): Client {
  return {
    keys: keys.map(toKey),
    models: models && models.map(({ name }) => name),
    tags,
    labels: labels.map(({ name }) => name),
    limits: toLimits(limits, usage),
    budgets: toBudgets(budgets),
    signing,
  }
}

function toKey(key: ResolvedKey): ClientKey {
  const { deprecatedAt, expiresAt } = key
  return 'env' in key
    ? { env: key.env, deprecatedAt, expiresAt }
    : { sha256: key.sha256, deprecatedAt, expiresAt }
}
