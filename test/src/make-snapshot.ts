/** A small policy as the compiler would emit it, for tests that start behind the compiler. */
import { createHash } from 'node:crypto'
import { activate, type ActiveSnapshot } from '../../src/table/active-snapshot.ts'
import type { Backend, Model, RouteTable } from '../../src/table/route-table.ts'
import type { HashedKey, Snapshot } from '../../src/table/snapshot.ts'

export const KEY = 'sk-aicc-unit-test'
export const AUTHORIZED: Record<string, string> = { authorization: `Bearer ${KEY}` }

export function hashedKey(key: string, client: string, fields: Partial<HashedKey> = {}): HashedKey {
  const sha256 = createHash('sha256').update(key).digest('hex')
  return { client, sha256, deprecatedAt: null, expiresAt: null, ...fields }
}

export function makeBackend(fields: Partial<Backend> = {}): Backend {
  return {
    kind: 'openai',
    origin: 'http://gpu.test:8000',
    basePath: '/v1',
    key: null,
    tls: null,
    models: {},
    ...fields,
  }
}

export function makeModel(fields: Partial<Model> = {}): Model {
  return {
    targets: [{ backend: 'gpu', model: 'coder', id: 'qwen3-coder' }],
    timeouts: { connectMs: 3000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 },
    keepAliveMs: 10_000,
    ...fields,
  }
}

/** Backends `gpu` and `spare`; model `fast` on the first, `safe` on both; alias `gpt-4` for `fast`. */
export function makeTable(fields: Partial<RouteTable> = {}): RouteTable {
  return {
    version: 1,
    digest: 'd1'.repeat(32),
    listen: { https: null, http: null, names: [] },
    limits: {
      bodyBytes: 4096,
      bodyTimeoutMs: 5000,
      headerBytes: 8192,
      headerCount: 50,
      failedKeys: { count: 3, windowMs: 60_000 },
    },
    cors: { origins: [], maxAgeSeconds: 600 },
    names: { fast: 'fast', safe: 'safe', 'gpt-4': 'fast' },
    models: {
      fast: makeModel(),
      safe: makeModel({
        targets: [
          { backend: 'gpu', model: 'coder', id: 'qwen3-coder' },
          { backend: 'spare', model: 'small', id: 'llama3.2' },
        ],
      }),
    },
    backends: {
      gpu: makeBackend(),
      spare: makeBackend({ kind: 'ollama', origin: 'http://spare.test:11434' }),
    },
    clients: { crew: { keys: [], models: null } },
    ...fields,
  }
}

export function makeSnapshot(table: RouteTable = makeTable(), fields: Partial<Snapshot> = {}): Snapshot {
  return {
    table,
    keys: [hashedKey(KEY, 'crew')],
    backendKeys: {},
    hosts: ['localhost', '127.0.0.1'],
    ...fields,
  }
}

export function makeActive(table?: RouteTable, fields?: Partial<Snapshot>): ActiveSnapshot {
  return activate(makeSnapshot(table, fields))
}
