/**
 * The last stage: intermediate representation → route table with its digest. Pure and deterministic.
 */
import { createHash } from 'node:crypto'
import type { Backend, Client, ClientKey, Model, RouteTable } from '../../src/table/route-table.ts'
import type {
  ResolvedBackend,
  ResolvedClient,
  ResolvedKey,
  ResolvedModel,
  ResolvedPolicy,
} from '../resolve/resolved-policy.ts'
import { canonicalJson, canonicalize } from './canonical-json.ts'

/** Expects a policy without errors. */
export function toRouteTable(policy: ResolvedPolicy): RouteTable {
  const { listen, limits, cors, names, models, backends, clients } = policy
  const content: Omit<RouteTable, 'digest'> = {
    version: 1,
    listen: {
      https: listen.https.value,
      http: listen.http.value,
      names: listen.names.map(({ value }) => value),
    },
    limits,
    cors: { origins: cors.origins.map(({ value }) => value), maxAgeSeconds: cors.maxAgeSeconds },
    names: Object.fromEntries(names),
    models: toRecord(models, toModel),
    backends: toRecord(backends, toBackend),
    clients: toRecord(clients, toClient),
  }
  const digest = createHash('sha256').update(canonicalJson(content)).digest('hex')
  return canonicalize({ ...content, digest }) as RouteTable
}

function toRecord<A, B>(map: ReadonlyMap<string, A>, convert: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Array.from(map, ([key, value]) => [key, convert(value)]))
}

function toModel({ targets, timeouts, keepAlive }: ResolvedModel): Model {
  return {
    targets: targets.map(({ backend, model, id }) => ({ backend, model, id })),
    timeouts: {
      connectMs: timeouts.connect.value,
      firstTokenMs: timeouts.firstToken.value,
      idleMs: timeouts.idle.value,
      totalMs: timeouts.total.value,
    },
    keepAliveMs: keepAlive.value,
  }
}

function toBackend({ kind, origin, basePath, keyEnv, tls, models }: ResolvedBackend): Backend {
  return {
    kind,
    origin,
    basePath,
    key: keyEnv === null ? null : { env: keyEnv },
    tls: origin?.startsWith('https:') ? { ca: tls.ca, serverName: tls.serverName } : null,
    models: toRecord(models, ({ id, context }) => ({ id, context })),
  }
}

function toClient({ keys, models }: ResolvedClient): Client {
  return { keys: keys.map(toKey), models: models && models.map(({ name }) => name) }
}

function toKey(key: ResolvedKey): ClientKey {
  const { deprecatedAt, expiresAt } = key
  return 'env' in key
    ? { env: key.env, deprecatedAt, expiresAt }
    : { sha256: key.sha256, deprecatedAt, expiresAt }
}
