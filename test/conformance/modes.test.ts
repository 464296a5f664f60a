/** A mode switched on the running gateway: rules and gated backends follow at once, and requests under way end as they began. */
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ModeConfig } from '../../compiler/config/backends.ts'
import { requestReload, switchMode } from '../../src/control/admin-client.ts'
import { startModeHost } from '../src/control/modes/mode-rig.ts'
import { startUpstream, type RecordingUpstream } from '../upstream/recording-upstream.ts'
import { paced } from '../upstream/reply.ts'
import { askOf, collect, createClient, streamOf, type Client } from './harness/client.ts'
import { secrets, testPolicies } from './harness/policies.ts'
import { startGateway, type Gateway, type Policies } from './harness/start-gateway.ts'

/** `big` lives on a backend that the mode gates; `auto` goes there unless the mode is on, or when forced. */
function gatedPolicies(upstream: string, gaming: ModeConfig): Policies {
  const { policy, backends, clients } = testPolicies(upstream, {
    models: { fast: { on: ['mock'] }, big: { on: ['second'] } },
  })
  const { mock, second } = backends.backends
  if (mock === undefined || second === undefined) throw new Error('the harness has other backends')
  return {
    policy: {
      ...policy,
      models: { ...policy.models, auto: { rules: 'main' } },
      rules: {
        main: [
          { id: 'forced', when: { header: { 'x-force-big': 'true' } }, to: 'big', force: true },
          { id: 'gaming', when: { mode: 'gaming' }, to: 'fast' },
          { id: 'else', to: 'big' },
        ],
      },
    },
    backends: { backends: { mock, second: { ...second, mode: 'gaming' } }, modes: { gaming } },
    clients,
  }
}

describe.each(['workerd', 'node'] as const)('on %s', (runtime) => {
  let upstream: RecordingUpstream
  let gateway: Gateway
  let client: Client

  beforeAll(async () => {
    upstream = await startUpstream()
    gateway = await startGateway({ runtime, ...gatedPolicies(upstream.origin, {}), env: secrets })
    client = createClient(gateway)
  })
  afterAll(async () => {
    client.close()
    await gateway.stop()
    await upstream.close()
  })

  const state = (): string => join(gateway.folder, 'state')
  const gaming = async (on: boolean): Promise<void> => {
    expect(await switchMode(state(), { name: 'gaming', on }, {})).toMatchObject({ modes: [{ on }] })
  }
  const ask = async (model: string, headers: Record<string, string> = {}): Promise<unknown[]> => {
    const answer = await client.chat(askOf(model), { headers })
    return answer.status === 200
      ? [200, answer.headers['x-aicc-model']]
      : [answer.status, answer.error().code]
  }

  beforeEach(() => gaming(false))

  it('holds back what it gates, but for what is forced, and lets rules ask for it', async () => {
    const force = { 'x-force-big': 'true' }
    expect([await ask('auto'), await ask('auto', force), await ask('big')]).toEqual([
      [200, 'big'],
      [200, 'big'],
      [200, 'big'],
    ])
    await gaming(true)
    expect([await ask('auto'), await ask('auto', force), await ask('big')]).toEqual([
      [200, 'fast'],
      [200, 'big'],
      [503, 'mode_denied'],
    ])
    await gaming(false)
    expect([await ask('auto'), await ask('big')]).toEqual([
      [200, 'big'],
      [200, 'big'],
    ])
  })

  it('stays on over a reload', async () => {
    await gaming(true)
    expect(await requestReload(state(), {})).toMatchObject({ kind: 'reloaded' })
    expect(await ask('auto')).toEqual([200, 'fast'])
  })

  it('lets a stream end that began before it', async () => {
    upstream.reply('second/big', paced(10, 50))
    const open = await client.open({ body: streamOf('big') })
    await gaming(true)
    expect((await collect(open)).text).toMatch(/data: \[DONE\]\n\n$/)
  })
})

describe.each(['workerd', 'node'] as const)('on %s, told by a host', (runtime) => {
  it('follows the host, and is switched there', async () => {
    const upstream = await startUpstream()
    const host = await startModeHost()
    const gaming: ModeConfig = {
      kind: 'http-switch',
      status: `${host.origin}/status`,
      toggle: `${host.origin}/toggle`,
      interval: '1s',
    }
    const gateway = await startGateway({ runtime, ...gatedPolicies(upstream.origin, gaming), env: secrets })
    const client = createClient(gateway)
    onTestFinished(async () => {
      client.close()
      await gateway.stop()
      await upstream.close()
    })
    const asked = async (): Promise<unknown> => (await client.chat(askOf('auto'))).headers['x-aicc-model']
    expect(await asked()).toBe('big')
    host.on = true
    await vi.waitFor(async () => expect(await asked()).toBe('fast'), 10_000)
    const state = join(gateway.folder, 'state')
    expect(await switchMode(state, { name: 'gaming', on: false }, {})).toMatchObject({
      modes: [{ on: false }],
    })
    expect([host.on, await asked()]).toEqual([false, 'big'])
  })
})
