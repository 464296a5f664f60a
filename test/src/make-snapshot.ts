/** A small policy as the compiler would emit it, for tests that start behind the compiler. */
import { createHash } from 'node:crypto'
import { activate, type ActiveSnapshot } from '../../src/table/active-snapshot.ts'
import { PLAIN_CAUSES } from '../../src/table/failure-causes.ts'
import type { BreakerPolicy } from '../../src/table/health-policy.ts'
import type { Client } from '../../src/table/front-policy.ts'
import type {
  Backend,
  FallbackTarget,
  RouteTable,
  ServedModel,
  Target,
  TargetKey,
} from '../../src/table/route-table.ts'
import type { HashedKey, Snapshot } from '../../src/table/snapshot.ts'

export const KEY = 'sk-aicc-unit-test'
export const AUTHORIZED: Record<string, string> = { authorization: `Bearer ${KEY}` }

export function hashedKey(key: string, client: string, fields: Partial<HashedKey> = {}): HashedKey {
  const sha256 = createHash('sha256').update(key).digest('hex')
  return { client, sha256, deprecatedAt: null, expiresAt: null, ...fields }
}

export const BREAKER: BreakerPolicy = {
  windowMs: 30_000,
  minimum: 5,
  failuresPercent: 50,
  openMs: 10_000,
  longestMs: 120_000,
}

export function makeBackend(fields: Partial<Backend> = {}): Backend {
  return {
    kind: 'openai',
    origin: 'http://gpu.test:8000',
    basePath: '/v1',
    key: null,
    tls: null,
    health: null,
    models: {},
    limits: null,
    slots: null,
    wake: null,
    ...fields,
  }
}

export function makeTarget(fields: Partial<Target> = {}): Target {
  return {
    backend: 'gpu',
    model: 'coder',
    id: 'qwen3-coder',
    zone: 0,
    context: null,
    supports: null,
    mode: null,
    price: null,
    ...fields,
  }
}

export function makeClient(fields: Partial<Client> = {}): Client {
  return { keys: [], models: null, tags: [], labels: [], limits: null, budgets: [], signing: null, ...fields }
}

/** A fallback that answers to all but a refusal for safety. */
export function plainly(target: TargetKey): FallbackTarget {
  return { target, on: [...PLAIN_CAUSES] }
}

export function makeModel(fields: Partial<ServedModel> = {}): ServedModel {
  return {
    kind: 'served',
    pool: [{ target: 'gpu/coder', weight: 1 }],
    balance: 'ordered',
    fallback: [],
    retry: { times: 0, backoffMs: 250, longestWaitMs: 10_000, budgetPercent: 20 },
    onBreak: 'terminate',
    surfaces: null,
    timeouts: { connectMs: 3000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 },
    keepAliveMs: 10_000,
    limits: null,
    ...fields,
  }
}

/**
 * Backends `gpu` and `spare`; model `fast` on the first, `safe` on both; alias `gpt-4` for `fast`. Backends that targets
 * name are made.
 */
export function makeTable(fields: Partial<RouteTable> = {}): RouteTable {
  const table = makeBareTable(fields)
  const named = Object.values(table.targets).map(({ backend }) => [backend, makeBackend()])
  return { ...table, backends: { ...Object.fromEntries(named), ...table.backends } }
}

function makeBareTable(fields: Partial<RouteTable>): RouteTable {
  return {
    version: 2,
    digest: 'd1'.repeat(32),
    listen: { https: null, http: null, names: [] },
    limits: {
      bodyBytes: 4096,
      bodyTimeoutMs: 5000,
      headerBytes: 8192,
      headerCount: 50,
      failedKeys: { count: 3, windowMs: 60_000 },
      perAddress: null,
    },
    cors: { origins: [], maxAgeSeconds: 600 },
    names: { fast: 'fast', safe: 'safe', 'gpt-4': 'fast' },
    models: {
      fast: makeModel(),
      safe: makeModel({
        pool: [
          { target: 'gpu/coder', weight: 1 },
          { target: 'spare/small', weight: 1 },
        ],
      }),
    },
    wildcards: [],
    targets: {
      'gpu/coder': makeTarget(),
      'spare/small': makeTarget({ backend: 'spare', model: 'small', id: 'llama3.2' }),
    },
    zones: ['cloud', 'lan', 'local'],
    timeZone: 'UTC',
    labels: {},
    classify: {
      scanBytes: 1024 ** 2,
      images: 'label',
      decode: 1,
      privacy: null,
      injection: null,
      complexity: { simpleTokens: 256, mediumTokens: 1024, code: [], reasoning: [], classifier: null },
    },
    texts: [],
    needs: { headers: [], text: false, complexity: false, time: false },
    surfaces: ['chat', 'completions', 'embeddings'],
    rulesets: {},
    modes: {},
    state: null,
    breaker: BREAKER,
    backends: {
      gpu: makeBackend(),
      spare: makeBackend({ kind: 'ollama', origin: 'http://spare.test:11434' }),
    },
    clients: { crew: makeClient() },
    ...fields,
  }
}

export function makeSnapshot(table: RouteTable = makeTable(), fields: Partial<Snapshot> = {}): Snapshot {
  return {
    table,
    keys: [hashedKey(KEY, 'crew')],
    backendKeys: {},
    signingSecrets: {},
    hosts: ['localhost', '127.0.0.1'],
    modesOn: [],
    ...fields,
  }
}

export function makeActive(table?: RouteTable, fields?: Partial<Snapshot>): ActiveSnapshot {
  return activate(makeSnapshot(table, fields))
}
