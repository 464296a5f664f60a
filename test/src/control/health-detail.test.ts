import { describe, expect, it } from 'vitest'
import {
  type ComponentHealth,
  createHealthCheck,
  type HealthSources,
} from '../../../src/control/health/health-detail.ts'
import type { ShippingStatus } from '../../../src/control/shipping/trace-shipper.ts'
import type { GatewayStatus } from '../../../src/control/gateway-status.ts'
import { NOON } from '../make-record.ts'

type Status = ReturnType<HealthSources['status']>

const EDGE = { state: 'running', pid: 1, restarts: 0, hangs: 0, uptimeSeconds: 60 } as const
const GPU: GatewayStatus['backends'][number] = {
  name: 'gpu',
  kind: 'ollama',
  origin: 'http://gpu',
  models: [],
  health: {
    state: 'down',
    latencyMs: 5,
    detail: 'refused',
    since: '2026-11-20T00:00:00.000Z',
    askedAt: null,
  },
}
const SHIPPING: ShippingStatus = {
  sink: 'langfuse',
  waiting: 0,
  oldestAt: null,
  dead: 0,
  lastDeath: null,
  shipped: 3,
  duplicatesPossible: 0,
  dropped: 0,
  spansRefused: 0,
  textsWithheld: 0,
  problem: null,
}

function rig(sources: Partial<HealthSources> = {}, status: Partial<Status> = {}): HealthSources {
  return {
    status: () => ({ edge: EDGE, backends: [], records: { dropped: 0, problem: null }, ...status }),
    edge: () => Promise.resolve({}),
    database: () => Promise.resolve(),
    redis: () => null,
    traces: () => Promise.resolve([]),
    now: () => NOON,
    ...sources,
  }
}

const short = ({ name, state, detail }: ComponentHealth): [string, string, string | null] => [
  name,
  state,
  detail,
]
const refused = (): Promise<never> => Promise.reject(new Error('refused'))

describe('createHealthCheck', () => {
  it.each([
    {
      name: 'all is well',
      status: 'up',
      parts: [
        ['edge', 'up', null],
        ['database', 'up', null],
      ],
    },
    {
      name: 'no edge',
      status: 'down',
      sources: { edge: () => null },
      parts: [
        ['edge', 'down', 'it is running'],
        ['database', 'up', null],
      ],
    },
    {
      name: 'an edge that does not answer',
      status: 'down',
      sources: { edge: refused },
      parts: [
        ['edge', 'down', 'refused'],
        ['database', 'up', null],
      ],
    },
    {
      name: 'a database that does not keep records',
      status: 'degraded',
      part: { records: { dropped: 1, problem: 'disk full' } },
      parts: [
        ['edge', 'up', null],
        ['database', 'down', 'disk full'],
      ],
    },
    {
      name: 'a database that does not answer',
      status: 'degraded',
      sources: { database: refused },
      parts: [
        ['edge', 'up', null],
        ['database', 'down', 'refused'],
      ],
    },
    {
      name: 'Redis away, a sink that takes nothing, a backend down and one that is not asked',
      status: 'degraded',
      sources: { redis: refused, traces: () => Promise.resolve([{ ...SHIPPING, problem: '503' }]) },
      part: { backends: [GPU, { ...GPU, name: 'cloud', health: null }] },
      parts: [
        ['edge', 'up', null],
        ['database', 'up', null],
        ['redis', 'down', 'refused'],
        ['langfuse', 'down', '503'],
        ['gpu', 'down', 'refused'],
      ],
    },
    {
      name: 'Redis and the sink well',
      status: 'up',
      sources: { redis: () => Promise.resolve(), traces: () => Promise.resolve([SHIPPING]) },
      parts: [
        ['edge', 'up', null],
        ['database', 'up', null],
        ['redis', 'up', null],
        ['langfuse', 'up', null],
      ],
    },
  ])('$name: $status', async ({ status, sources, part, parts }) => {
    const detail = await createHealthCheck(rig(sources, part))()
    expect([detail.status, detail.components.map(short)]).toEqual([status, parts])
  })

  it('says since when, by the part itself or since it was first seen so', async () => {
    let now = NOON
    let well = true
    const check = createHealthCheck(
      rig({ now: () => now, database: () => (well ? Promise.resolve() : refused()) }, { backends: [GPU] }),
    )
    const since = async (): Promise<string[]> =>
      (await check()).components.map((one) => one.since.slice(11, 19))
    expect(await since()).toEqual(['11:59:00', '12:00:00', '00:00:00'])
    now += 30_000
    expect((await since())[1]).toBe('12:00:00')
    well = false
    expect((await since())[1]).toBe('12:00:30')
    now += 30_000
    expect((await since())[1]).toBe('12:00:30')
  })
})
