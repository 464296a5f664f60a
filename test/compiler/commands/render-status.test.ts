import { expect, it } from 'vitest'
import { renderStatus } from '../../../compiler/commands/render-status.ts'
import type { BackendHealth, GatewayStatus } from '../../../src/control/gateway-status.ts'

const SINCE = '2026-11-21T20:00:00.000Z'

function statusWith(health: BackendHealth | null, held: string[] = []): GatewayStatus {
  return {
    version: '1.2.3',
    pid: 7,
    runtime: 'workerd',
    policies: '/home/me/policies',
    digest: 'd1'.repeat(32),
    restoredFrom: null,
    startedAt: SINCE,
    edge: { state: 'running', pid: 8, restarts: 0, hangs: 0, uptimeSeconds: 5 },
    listeners: {
      https: { address: '0.0.0.0', port: 8443 },
      http: null,
      admin: { address: '127.0.0.1', port: 4001 },
    },
    certificate: { notAfter: SINCE, names: ['localhost'] },
    modes: [],
    shadow: null,
    backends: [{ name: 'gpu', kind: 'openai', origin: 'http://gpu.lan:8000', models: ['coder'], health }],
    held,
    slots: {},
    records: { problem: null, dropped: 0 },
    clients: [],
  }
}

const found = (fields: Partial<BackendHealth>): BackendHealth => ({
  state: 'up',
  since: SINCE,
  askedAt: SINCE,
  latencyMs: 4,
  detail: null,
  ...fields,
})

const GPU = '  gpu  openai  http://gpu.lan:8000  coder'

it.each([
  { name: 'that is not asked', health: null, line: GPU },
  { name: 'of which nothing is known yet', health: found({ state: 'unknown' }), line: GPU },
  { name: 'that is up', health: found({}), line: `${GPU}  up since ${SINCE}, 4 ms` },
  {
    name: 'that is up, with a remark',
    health: found({ detail: 'its database is disconnected' }),
    line: `${GPU}  up since ${SINCE}, 4 ms: its database is disconnected`,
  },
  {
    name: 'that is down',
    health: found({ state: 'down', detail: 'connect ECONNREFUSED' }),
    line: `${GPU}  down since ${SINCE}: connect ECONNREFUSED`,
  },
])('shows a backend $name', ({ health, line }) => {
  expect(renderStatus(statusWith(health), 'in-force').split('\n')).toContain(line)
})

it('says whom the edge asks last', () => {
  const lines = renderStatus(statusWith(null, ['gpu/coder', 'gpu']), 'in-force').split('\n')
  expect(lines).toContain('asked last   gpu/coder, gpu: requests to them fail, or a probe does')
  expect(renderStatus(statusWith(null, ['gpu']), 'in-force')).toContain('gpu: requests to it fail,')
  expect(renderStatus(statusWith(null), 'in-force')).not.toContain('asked last')
})

it.each([
  [['gpu'], `${GPU}  up since ${SINCE}, 4 ms, but requests to it fail`],
  [['gpu/coder'], `${GPU}  up since ${SINCE}, 4 ms, but requests to it fail`],
  [['gpu-2'], `${GPU}  up since ${SINCE}, 4 ms`],
])('does not call a backend simply up whose requests fail: %s', (held, line) => {
  expect(renderStatus(statusWith(found({}), held), 'in-force').split('\n')).toContain(line)
})

it.each([
  ['in-force', null],
  ['changed', '             the files say something else by now: `aicc reload` takes that on'],
  ['refused', '             NOT WHAT IS WRITTEN: the files do not compile; `aicc compile` says why'],
  ['unknown', null],
] as const)('says whether the files are what is served: %s', (onDisk, line) => {
  const lines = renderStatus(statusWith(null), onDisk).split('\n')
  expect(lines[2]).toBe(line ?? lines.find((each) => each.startsWith('edge ')))
})

it('says how many places are taken, and who waits', () => {
  const status = { ...statusWith(null), slots: { gpu: { count: 4, busy: 4, waiting: 2 } } }
  expect(renderStatus(status, 'in-force').split('\n')).toContain('places       gpu 4 of 4 taken, 2 waiting')
})

it.each<[string, Partial<NonNullable<GatewayStatus['traces']>[number]>, string]>([
  ['all is well', { shipped: 12 }, 'traces       langfuse: 12 shipped; 0 waiting'],
  [
    'the sink is down',
    { waiting: 3, oldestAt: Date.parse(SINCE), problem: 'ECONNREFUSED' },
    `traces       langfuse: NOT TAKEN, they wait: ECONNREFUSED; 0 shipped; 3 waiting, the oldest of ${SINCE}`,
  ],
  [
    'there was trouble',
    { shipped: 9, duplicatesPossible: 2, dropped: 5, spansRefused: 3, dead: 1, lastDeath: 'it answers 400' },
    'traces       langfuse: 9 shipped; 0 waiting; 2 perhaps twice; 5 LOST because too many waited; 3 SPANS REFUSED; 1 GIVEN UP: it answers 400',
  ],
  [
    'the sink was moved while text waited',
    { shipped: 9, textsWithheld: 4 },
    'traces       langfuse: 9 shipped; 0 waiting; 4 without text that was for another sink',
  ],
])('says how it stands with traces when %s', (_, fields, line) => {
  const traces = {
    sink: 'langfuse' as const,
    shipped: 0,
    waiting: 0,
    oldestAt: null,
    dead: 0,
    lastDeath: null,
    duplicatesPossible: 0,
    dropped: 0,
    spansRefused: 0,
    textsWithheld: 0,
    problem: null,
    ...fields,
  }
  expect(renderStatus({ ...statusWith(null), traces: [traces] }, 'in-force').split('\n')).toContain(line)
  expect(renderStatus(statusWith(null), 'in-force')).not.toContain('traces')
})

it('says which alerts fire', () => {
  const alert = { about: null, value: 7, to: [] }
  const alerts = [
    { ...alert, name: 'failing', state: 'firing' as const, since: SINCE, text: '7 % failed of 100 requests' },
    { ...alert, name: 'slow', state: 'pending' as const, since: SINCE, text: 'p95 is 40 s' },
  ]
  const text = renderStatus(
    { ...statusWith(null), alerts: { checkedAt: SINCE, alerts, receivers: [] } },
    'in-force',
  )
  expect(text.match(/^ALERT.*$/gm)).toEqual([
    `ALERT        failing since ${SINCE}: 7 % failed of 100 requests`,
  ])
})
