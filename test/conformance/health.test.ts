/** Backends that die, come back, or are not there at all: who is asked, how often, and by whom. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackendConfig, HealthConfig } from '../../compiler/config/backends.ts'
import { fetchStatus } from '../../src/control/admin-client.ts'
import type { GatewayStatus } from '../../src/control/gateway-status.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { completion, json, paced, ROLE, text } from '../upstream/reply.ts'
import { askOf, createClient, streamOf, type Client } from './harness/client.ts'
import { startGateway, type Gateway, type Policies } from './harness/start-gateway.ts'

/** How long a breaker is open at first. */
const OPEN_MS = 1500

const PROBE = { interval: '1s', timeout: '1s' }

interface Hosts {
  /** Comes and goes. */
  flapping: RecordingUpstream
  steady: RecordingUpstream
  /** Is probed, and counts it. */
  probed: RecordingUpstream
  /** Nobody is there until a test says so. */
  late: { port: number }
}

function policiesOf({ flapping, steady, probed, late }: Hosts): Policies {
  const at = (port: number, health: HealthConfig | 'off'): BackendConfig => ({
    kind: 'openai',
    url: `http://127.0.0.1:${port}`,
    models: { m: { id: 'm' }, cut: { id: 'cut' } },
    health,
  })
  return {
    backends: {
      backends: {
        flapping: at(flapping.port, 'off'),
        steady: at(steady.port, 'off'),
        probed: at(probed.port, PROBE),
        late: at(late.port, PROBE),
      },
    },
    policy: {
      breaker: { minimum: 4, open: `${OPEN_MS}ms`, longest: '3s' },
      models: {
        both: { targets: ['flapping/m', 'steady/m'], keepAlive: 'off' },
        first: { targets: ['late/m', 'steady/m'], balance: 'ordered', keepAlive: 'off' },
        probed: { targets: ['probed/m'] },
        streams: { targets: ['flapping/cut', 'steady/m'], keepAlive: 'off' },
      },
    },
    clients: { clients: { home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' } } },
  }
}

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  const hosts = {} as Hosts
  let late: RecordingUpstream | null = null
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    const [flapping, steady, probed, gone] = await Promise.all([1, 2, 3, 4].map(() => startUpstream()))
    if (!flapping || !steady || !probed || !gone) throw new Error('not all upstreams are there')
    await gone.close()
    Object.assign(hosts, { flapping, steady, probed, late: { port: gone.port } })
    gateway = await startGateway({ runtime, ...policiesOf(hosts) })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client?.close()
    await gateway?.stop()
    await Promise.all(
      [hosts.flapping, hosts.steady, hosts.probed, late].map(async (host) => await host?.close()),
    )
  })

  const ask = async (model: string): Promise<string | undefined> => {
    const answer = await client.chat(askOf(model))
    expect(answer.status, answer.text).toBe(200)
    return String(answer.headers['x-aicc-backend'])
  }
  /** So many calls, four at a time. @returns who answered */
  const load = async (model: string, calls: number): Promise<(string | undefined)[]> => {
    const answers: (string | undefined)[] = []
    const worker = async (): Promise<void> => {
      while (answers.length < calls) answers.push(await ask(model))
    }
    await Promise.all([1, 2, 3, 4].map(worker))
    return answers
  }
  const failedAttempts = (): number => gateway.output().split('"attempt-failed"').length - 1
  const status = async (): Promise<GatewayStatus> => {
    const answer = await fetchStatus(join(gateway.folder, 'state'), {})
    if (answer.kind !== 'running') throw new Error(`the gateway is ${answer.kind}`)
    return answer.status
  }
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await status()).backends.find((backend) => backend.name === name)?.health?.state
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 15_000
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('it did not come to that within 15 s')
      await sleep(50)
    }
  }

  it('an idle gateway asks each backend once, and again when there is traffic', async () => {
    const asked = (): number => hosts.probed.requests.filter(({ method }) => method === 'GET').length
    await until(async () => (await stateOf('probed')) === 'up')
    await sleep(2500)
    expect(asked()).toBe(1)
    await ask('probed')
    await until(() => asked() > 1)
  })

  it('a probe finds a host that is not there before any request does, and finds it again', async () => {
    await until(async () => (await stateOf('late')) === 'down')
    expect((await status()).held).toContain('late')
    const before = failedAttempts()
    expect(await ask('first')).toBe('steady')
    expect(failedAttempts()).toBe(before)
    late = await startUpstream(hosts.late.port)
    await until(async () => (await stateOf('late')) === 'up')
    expect(await ask('first')).toBe('late')
  })

  it('a backend that dies under load is left alone after a few attempts, and used again when it is back', async () => {
    const { port } = hosts.flapping
    expect(new Set(await load('both', 20))).toEqual(new Set(['flapping', 'steady']))
    await hosts.flapping.close()
    const before = failedAttempts()
    const answers = await load('both', 40)
    expect(new Set(answers.slice(8))).toEqual(new Set(['steady']))
    // Two refusals open it; others may have been on their way, and one more try may have been due.
    expect(failedAttempts() - before).toBeLessThanOrEqual(8)
    expect((await status()).held).toContain('flapping')
    hosts.flapping = await startUpstream(port)
    await until(async () => (await ask('both')) === 'flapping')
    expect(new Set(await load('both', 20))).toEqual(new Set(['flapping', 'steady']))
  })

  it('lets one request try a backend that failed, and no other until it has an answer', async () => {
    const { flapping } = hosts
    flapping.reply('m', json(500, {}))
    await load('both', 20)
    expect((await status()).held).toContain('flapping')
    flapping.reply('m', [{ at: 1000 }, ...completion('slow')])
    await sleep(OPEN_MS)
    flapping.forget()
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('both')))
    expect(answers.filter((backend) => backend === 'flapping')).toHaveLength(1)
    expect(flapping.requestsFor('m')).toHaveLength(1)
    flapping.reply('m', completion('well'))
    expect(new Set(await load('both', 20))).toEqual(new Set(['flapping', 'steady']))
  })

  it('leaves a backend alone whose streams break off, though each of them began', async () => {
    hosts.steady.reply('m', paced(2, 1))
    hosts.flapping.reply('cut', [{ send: ROLE + text('half') }, { cut: true }])
    const backends: unknown[] = []
    for (let i = 0; i < 16; i += 1) {
      backends.push((await client.chat(streamOf('streams'))).headers['x-aicc-backend'])
    }
    expect(backends.slice(8)).toEqual(Array.from({ length: 8 }, () => 'steady'))
    expect((await status()).held).toContain('flapping/cut')
    hosts.steady.reply('m', completion('well'))
  })

  it('asks a backend that fails when there is no other, and says what it says', async () => {
    hosts.probed.reply('m', json(500, { error: { message: 'no' } }))
    for (let i = 0; i < 8; i += 1) expect((await client.chat(askOf('probed'))).status).toBe(502)
    expect((await status()).held).toContain('probed/m')
    hosts.probed.reply('m', completion('well'))
    expect(await ask('probed')).toBe('probed')
  })
})
