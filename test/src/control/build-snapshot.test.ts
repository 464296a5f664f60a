import { makeClient } from '../make-snapshot.ts'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { buildSnapshot } from '../../../src/control/build-snapshot.ts'
import { createAccessKey, hashKey } from '../../../src/control/create-access-key.ts'
import type { ClientKey } from '../../../src/table/front-policy.ts'
import type { Backend, RouteTable } from '../../../src/table/route-table.ts'
import { snapshotOf } from './mini-edge.ts'
import { modeHostAt } from './modes/mode-rig.ts'

const GOOD_KEY = 'sk-aicc-abcdefgh-0123456789'
const LIFE = { deprecatedAt: null, expiresAt: null }

function tableWith(clients: Record<string, ClientKey[]>, backendKey?: string): RouteTable {
  const backend: Backend = {
    kind: 'openai',
    origin: 'http://gpu:8000',
    basePath: '/v1',
    key: backendKey === undefined ? null : { env: backendKey },
    tls: null,
    health: null,
    limits: null,
    slots: null,
    wake: null,
    models: {},
  }
  return {
    ...snapshotOf('d').table,
    backends: { gpu: backend },
    clients: Object.fromEntries(Object.entries(clients).map(([name, keys]) => [name, makeClient({ keys })])),
  }
}

describe('buildSnapshot', () => {
  it.each([
    { url: 'redis://:hunter2@127.0.0.1:6379/1', problems: [] },
    { url: 'rediss://redis.lan', problems: [] },
    { url: undefined, problems: ['environment variable REDIS_URL (the URL of Redis) is not set'] },
    {
      url: 'hunter2@redis.lan',
      problems: ['REDIS_URL (the URL of Redis) does not begin with redis:// or rediss://'],
    },
  ])('takes $url for the Redis that nodes share, or says what is wrong', ({ url, problems }) => {
    const onFailure = { limits: 'open', budgets: 'open', leases: 'open' } as const
    const state = { url: { env: 'REDIS_URL' }, prefix: 'aicc', nodes: 2, onFailure }
    const result = buildSnapshot({ ...tableWith({}), state }, { REDIS_URL: url }, { hosts: [], modesOn: [] })
    expect(result.ok ? [] : result.problems).toEqual(problems)
    // The edge asks through the control process, and knows no URL.
    expect(JSON.stringify(result)).not.toContain('hunter2')
  })

  it.each([
    ['https://hooks.example.com/canary-hook', []],
    [undefined, ['environment variable OPS (the webhook of receiver `ops`) is not set']],
    ['ftp://canary-hook', ['OPS (the webhook of receiver `ops`) does not begin with https:// or http://']],
    [
      'http://hooks.example.com/canary-hook',
      [
        'OPS (the webhook of receiver `ops`) begins with http://, which anybody on the way could read: use https://',
      ],
    ],
  ])('takes %s for a webhook, or says what is wrong', (OPS, problems) => {
    const receivers = { ops: { webhook: { env: 'OPS' }, username: null } }
    const alerts = { receivers, watch: {} }
    const result = buildSnapshot({ ...tableWith({}), alerts }, { OPS }, { hosts: [], modesOn: [] })
    expect(result.ok ? [] : result.problems).toEqual(problems)
    // The edge tells nobody, and knows no URL.
    expect(JSON.stringify(result)).not.toContain('canary-hook')
  })

  it.each([
    ['sk-ant-oat01-abcdefgh', 'is the login of a Claude subscription'],
    ['sk-ant-ort01-abcdefgh', 'is the login of a Claude subscription'],
    ['sk-ant-api03-abcdefgh', null],
  ])('takes %s for the key of a backend, or says what is wrong', (GPU_KEY, problem) => {
    const result = buildSnapshot(tableWith({}, 'GPU_KEY'), { GPU_KEY }, { hosts: [], modesOn: [] })
    expect(result.ok ? null : result.problems[0]).toEqual(problem && expect.stringContaining(problem))
    if (!result.ok) expect(JSON.stringify(result)).not.toContain(GPU_KEY)
  })

  it.each([
    { secret: 's'.repeat(32), problem: null },
    {
      secret: undefined,
      problem: 'environment variable SIGN (the signing secret of client `home`) is not set',
    },
    {
      secret: 's'.repeat(31),
      problem: expect.stringContaining('has 31 characters: fewer than 32') as string,
    },
    { secret: `${'s'.repeat(32)} `, problem: expect.stringContaining('holds spaces') as string },
  ])('hands on signing secrets, or says what is wrong with them: $problem', ({ secret, problem }) => {
    const table = tableWith({ home: [], guest: [] })
    table.clients['home'] = makeClient({
      signing: { secret: { env: 'SIGN' }, windowMs: 300_000, required: true },
    })
    const result = buildSnapshot(table, { SIGN: secret }, { hosts: [], modesOn: [] })
    expect(result).toMatchObject(
      problem === null
        ? { ok: true, snapshot: { signingSecrets: { home: secret } } }
        : { ok: false, problems: [problem] },
    )
    if (result.ok) expect(Object.keys(result.snapshot.signingSecrets)).toEqual(['home'])
    // No message shows a secret.
    else expect(JSON.stringify(result)).not.toContain('sss')
  })

  it('wants the key that the host of a mode asks for', () => {
    const host = { ...modeHostAt('http://pc'), key: { env: 'PC_KEY' } }
    const table = { ...tableWith({}), modes: { gaming: { whenOn: 'nothing', host } } } as const
    expect(buildSnapshot(table, {}, { hosts: [], modesOn: [] })).toEqual({
      ok: false,
      problems: ['environment variable PC_KEY (the key of mode `gaming`) is not set'],
    })
  })

  it('hashes client keys, hands on backend keys and keeps lifetimes', () => {
    const keys = [
      { env: 'A', deprecatedAt: 5, expiresAt: 9 },
      { sha256: 'b'.repeat(64), ...LIFE },
    ]
    const table = tableWith({ home: keys }, 'GPU')
    const result = buildSnapshot(
      table,
      { A: GOOD_KEY, GPU: 'backend-secret' },
      { hosts: ['localhost'], modesOn: ['gaming'] },
    )
    expect(result).toEqual({
      ok: true,
      snapshot: {
        table,
        keys: [
          {
            client: 'home',
            sha256: createHash('sha256').update(GOOD_KEY).digest('hex'),
            deprecatedAt: 5,
            expiresAt: 9,
          },
          { client: 'home', sha256: 'b'.repeat(64), ...LIFE },
        ],
        backendKeys: { gpu: 'backend-secret' },
        signingSecrets: {},
        hosts: ['localhost'],
        modesOn: ['gaming'],
      },
    })
  })

  it.each([
    {
      case: 'every missing variable at once',
      table: tableWith({ one: [{ env: 'A', ...LIFE }], two: [{ env: 'B', ...LIFE }] }, 'GPU'),
      environment: { B: '' },
      problems: [
        'environment variable GPU (the key of backend `gpu`) is not set',
        'environment variable A (a key of client `one`) is not set',
        'environment variable B (a key of client `two`) is not set',
      ],
    },
    {
      case: 'a key that can be guessed',
      table: tableWith({ one: [{ env: 'A', ...LIFE }] }),
      environment: { A: 'short-key-of-19-chr' },
      problems: [/^A \(a key of client `one`\) has 19 characters: fewer than 20 can be guessed/],
    },
    {
      case: 'a key with a line end',
      table: tableWith({ one: [{ env: 'A', ...LIFE }] }),
      environment: { A: `${GOOD_KEY}\n` },
      problems: [/^A .* holds spaces, line ends/],
    },
    {
      case: 'one key for two clients, by variable and by hash',
      table: tableWith({ one: [{ env: 'A', ...LIFE }], two: [{ sha256: hashKey(GOOD_KEY), ...LIFE }] }),
      environment: { A: GOOD_KEY },
      problems: [/^clients `one` and `two` have the same key/],
    },
  ])('refuses $case', ({ table, environment, problems }) => {
    const result = buildSnapshot(table, environment, { hosts: [], modesOn: [] })
    expect(result).toEqual({
      ok: false,
      problems: problems.map((p) => (typeof p === 'string' ? p : (expect.stringMatching(p) as unknown))),
    })
    expect(JSON.stringify(result)).not.toContain(GOOD_KEY)
  })

  it('takes one key twice for one client, as in the middle of a rotation', () => {
    const table = tableWith({
      one: [
        { env: 'A', ...LIFE },
        { sha256: hashKey(GOOD_KEY), ...LIFE },
      ],
    })
    expect(buildSnapshot(table, { A: GOOD_KEY }, { hosts: [], modesOn: [] }).ok).toBe(true)
  })
})

it('createAccessKey makes keys of the documented shape, each its own', () => {
  const keys = Array.from({ length: 50 }, createAccessKey)
  for (const key of keys) expect(key).toMatch(/^sk-aicc-[a-z2-7]{8}-[A-Za-z0-9_-]{43}$/)
  expect(new Set(keys).size).toBe(50)
})
