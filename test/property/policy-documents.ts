/**
 * Random policies that compile, and ways to break one.
 */
import * as fc from 'fast-check'
import type { BackendsFile } from '../../compiler/config/backends.ts'
import type { ClientsFile } from '../../compiler/config/clients.ts'
import type { PolicyFile } from '../../compiler/config/policy.ts'

export interface PolicyDocuments {
  policy: PolicyFile
  backends: BackendsFile
  clients: ClientsFile
}

const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/)
const names = (min: number) => fc.uniqueArray(name, { minLength: min, maxLength: 4 })
const envName = fc.stringMatching(/^[A-Z][A-Z_]{0,10}$/)

const timeouts = fc.record(
  {
    connect: fc.constantFrom('100ms', '1s'),
    firstToken: fc.constantFrom('5s', '0.5m'),
    idle: fc.constantFrom('1s', '10s'),
    total: fc.constantFrom('1m', '1h'),
  },
  { requiredKeys: [] },
)

const limits = fc.record(
  {
    body: fc.constantFrom('1KiB', '1.5MiB', '10MB'),
    bodyTimeout: fc.constantFrom('1s', '30s'),
    headers: fc.constantFrom('8KiB', '32kB'),
    headerCount: fc.integer({ min: 1, max: 1000 }),
    failedKeys: fc.constantFrom('1/s', '10/min', '100/h'),
  },
  { requiredKeys: [] },
)

const listen = fc.record(
  {
    https: fc.constantFrom('0.0.0.0:8443', '[::1]:0', 'off'),
    http: fc.constantFrom('127.0.0.1:4000', 'localhost:4001', 'off'),
    names: fc.uniqueArray(fc.constantFrom('ai.example.com', 'gateway', '::1', '10.0.0.1')),
  },
  { requiredKeys: [] },
)

const cors = fc.record(
  {
    origins: fc.uniqueArray(fc.constantFrom('https://a.example', 'http://localhost:3000')),
    maxAge: fc.constantFrom('1s', '1h'),
  },
  { requiredKeys: ['origins'] },
)

const modelSettings = fc.record(
  { timeouts, keepAlive: fc.constantFrom('off', '50ms', '10s') },
  { requiredKeys: [] },
)

const lifetime = fc.record(
  {
    deprecated: fc.constantFrom('2027-01-31', '2027-01-31T12:00Z'),
    expires: fc.constantFrom('2027-03-31', '2027-03-31T12:00:00+02:00'),
  },
  { requiredKeys: [] },
)

const models = names(1).map((keys) => Object.fromEntries(keys.map((key) => [key, { id: `${key}-id` }])))

const httpBackend = fc.record(
  {
    kind: fc.constantFrom('openai' as const, 'ollama' as const, 'litellm' as const),
    url: fc.constantFrom('http://127.0.0.1:8000', 'https://host.example/base', 'http://[::1]:81'),
    key: fc.record({ env: envName }),
    models,
  },
  { requiredKeys: ['kind', 'url', 'models'] },
)
const tlsBackend = fc.record({
  kind: fc.constant('openai' as const),
  url: fc.constant('https://host.example:8443'),
  tls: fc.record({ serverName: fc.constantFrom('Host.internal', '10.0.0.1') }, { requiredKeys: [] }),
  models,
})
const backend = fc.oneof(httpBackend, tlsBackend, fc.record({ kind: fc.constant('demo' as const), models }))

/** All three files, consistent with each other: they compile without an error. */
export const policyDocuments: fc.Arbitrary<PolicyDocuments> = fc
  .record({
    backends: fc.dictionary(name, backend, { minKeys: 1, maxKeys: 3 }),
    modelNames: names(1),
    aliasNames: names(0),
    clientNames: names(0),
    rest: fc.record({ timeouts, limits, listen, cors }, { requiredKeys: [] }),
    settings: fc.array(modelSettings, { minLength: 4, maxLength: 4 }),
    lifetimes: fc.array(lifetime, { minLength: 4, maxLength: 4 }),
    picks: fc.array(fc.nat(1000), { minLength: 16, maxLength: 16 }),
  })
  .map(({ backends, modelNames, aliasNames, clientNames, picks, rest, settings, lifetimes }) => {
    let picked = 0
    const pick = <T>(from: readonly T[]): T => from[(picks[picked++] ?? 0) % from.length] as T
    const targets = Object.entries(backends).flatMap(([key, { models: own }]) =>
      Object.keys(own).map((model) => `${key}/${model}`),
    )
    const aliases = aliasNames.filter((alias) => !modelNames.includes(alias))
    return {
      policy: {
        ...rest,
        models: Object.fromEntries(
          modelNames.map((model, i) => [model, { targets: [pick(targets)], ...settings[i] }]),
        ),
        // Each alias leads to a model or to an alias before it: no cycles.
        aliases: Object.fromEntries(
          aliases.map((alias, i) => [alias, pick([...modelNames, ...aliases.slice(0, i)])]),
        ),
      },
      backends: { backends },
      clients: {
        clients: Object.fromEntries(
          clientNames.map((client, i) => [
            client,
            {
              keys: [
                { env: `KEY_${i}`, ...lifetimes[i] },
                { sha256: String(i).repeat(64), ...lifetimes[i] },
              ],
              models: pick<'*' | string[]>(['*', [pick([...modelNames, ...aliases])]]),
            },
          ]),
        ),
      },
    }
  })

/** Values that are wrong nearly everywhere. */
const oddValue: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  0,
  1,
  -1,
  1.5,
  1e300,
  '',
  'x',
  'off',
  '*',
  'a/b',
  '30s',
  '1MiB',
  '1/s',
  'demo',
  'openai',
  '2027-02-30',
  [],
  ['x'],
  ['*'],
  [null],
  {},
  { env: 'X' },
  { env: 'x y' },
  { id: '' },
  { sha256: 'a'.repeat(64) },
)

/** One change somewhere in a document: a key gone, a key more, a key renamed, a value replaced. */
export function mutate(document: unknown): fc.Arbitrary<unknown> {
  const paths = pathsOf(document)
  return fc
    .tuple(
      fc.constantFrom(...paths),
      fc.constantFrom('remove', 'add', 'rename', 'replace'),
      oddValue,
      fc.constantFrom('x', 'kind', 'env', 'sha256', 'a b', 'models', 'total'),
    )
    .map(([path, how, value, key]) => changeAt(document, path, { how, value, key }))
}

type Path = readonly string[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

function changeAt(value: unknown, path: Path, change: { how: string; value: unknown; key: string }): unknown {
  const [segment, ...rest] = path
  if (segment === undefined) {
    if (change.how === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ...value, [change.key]: change.value }
    }
    return change.value
  }
  if (Array.isArray(value)) {
    const entries = value as unknown[]
    if (rest.length > 0 || change.how !== 'remove') {
      return entries.map((item, i) => (String(i) === segment ? changeAt(item, rest, change) : item))
    }
    return entries.filter((_, i) => String(i) !== segment)
  }
  const entries = Object.entries(value as Record<string, unknown>)
  const changed = entries.flatMap(([key, child]): [string, unknown][] => {
    if (key !== segment) return [[key, child]]
    if (rest.length === 0 && change.how === 'remove') return []
    if (rest.length === 0 && change.how === 'rename') return [[change.key, child]]
    return [[key, changeAt(child, rest, change)]]
  })
  return Object.fromEntries(changed)
}
