import { describe, expect, it } from 'vitest'
import { resolveDocuments } from './resolve-documents.ts'

const DEMO = { kind: 'demo', models: { toy: { id: 'toy' } } }

describe('resolveBackends', () => {
  it('trusts least what says nothing, and most what never leaves the process', async () => {
    const { policy } = await resolveDocuments({
      policy: { zones: ['far', 'near', 'here', 'inside'] },
      backends: { demo: DEMO, lan: { kind: 'ollama', url: 'http://lan', zone: 'near', models: {} } },
    })
    const zones = [...policy.backends].map(([name, { zone }]) => [name, zone.value, zone.at?.path.at(-1)])
    expect(zones).toEqual([
      ['gpu', 0, undefined],
      ['demo', 3, undefined],
      ['lan', 1, 'zone'],
    ])
  })

  it('takes what a model says of itself', async () => {
    const { policy, codes } = await resolveDocuments({
      backends: {
        proxy: {
          kind: 'litellm',
          url: 'http://proxy',
          models: {
            full: {
              id: 'f',
              context: 9,
              supports: ['json', 'vision', 'json'],
              zone: 'local',
              price: { input: 1, output: 2.5 },
            },
            bare: { id: 'b' },
            '*': { id: 'x/*' },
          },
        },
      },
    })
    expect(codes).toEqual([])
    const models = policy.backends.get('proxy')?.models
    expect(models?.get('full')).toMatchObject({
      context: 9,
      supports: ['vision', 'json'],
      zone: 2,
      price: { input: 1, output: 2.5 },
    })
    expect(models?.get('bare')).toMatchObject({ context: null, supports: null, zone: null, price: null })
    expect(models?.get('*')).toMatchObject({ id: 'x/*' })
  })

  const stars: [string, string, string[]][] = [
    ['*', '*', []],
    ['*', 'a*b', []],
    ['*', 'none', ['resolve/wildcard']],
    ['*', '**', ['resolve/wildcard']],
    ['plain', 'a*', ['resolve/wildcard']],
  ]
  it.each(stars)('a model %s with the id %s: %j', async (name, id, codes) => {
    const lan = { kind: 'ollama', url: 'http://lan', models: { [name]: { id } } }
    expect((await resolveDocuments({ backends: { lan } })).codes).toEqual(codes)
  })

  const wakes: [Record<string, unknown>, unknown][] = [
    [
      { wake: { mac: '00:11:22:AA:bb:CC' } },
      {
        by: { kind: 'packet', mac: '001122aabbcc', address: '255.255.255.255', port: 9 },
        startsWithin: { value: 90_000, at: null },
      },
    ],
    [
      { wake: { mac: '00-11-22-33-44-55', broadcast: '192.168.1.255', port: 7 }, startsWithin: '4m' },
      {
        by: { kind: 'packet', mac: '001122334455', address: '192.168.1.255', port: 7 },
        startsWithin: { value: 240_000 },
      },
    ],
    [
      { wake: { url: 'http://plug/on' }, startsWithin: '1s' },
      { by: { kind: 'url', url: 'http://plug/on', method: 'POST' }, startsWithin: { value: 1000 } },
    ],
  ]
  it.each(wakes)('says how a backend is woken: %j', async (fields, expected) => {
    const lan = { kind: 'ollama', url: 'http://lan', models: {}, ...fields }
    const { policy, codes } = await resolveDocuments({ backends: { lan } })
    expect(codes).toEqual([])
    expect(policy.backends.get('lan')?.wake).toMatchObject(expected as object)
    expect(policy.backends.get('gpu')?.wake).toBeNull()
  })

  it.each([
    [{ wake: { url: 'http://plug/?on' } }, 'resolve/invalid-url'],
    [{ wake: { url: 'http://plug/on' }, startsWithin: '241s' }, 'resolve/out-of-range'],
    [{ wake: { url: 'http://plug/on' }, startsWithin: '999ms' }, 'resolve/out-of-range'],
  ])('wakes nobody by %j', async (fields, code) => {
    const lan = { kind: 'ollama', url: 'http://lan', models: {}, ...fields }
    expect((await resolveDocuments({ backends: { lan } })).codes).toEqual([code])
  })

  it('gates by modes, which need not say what they are', async () => {
    const { policy, codes } = await resolveDocuments({
      modes: { gaming: {}, work: { kind: 'http-switch', status: 'http://h/s', whenOn: 'nothing' } },
      backends: { demo: { ...DEMO, mode: 'work' } },
    })
    expect(codes).toEqual([])
    expect(policy.backends.get('demo')?.mode).toMatchObject({ name: 'work' })
    expect(policy.modes.get('gaming')).toMatchObject({ kind: 'manual', mode: { whenOn: 'force-only' } })
    expect(policy.modes.get('gaming')?.mode.host).toBeNull()
    expect(policy.modes.get('work')).toMatchObject({
      kind: 'http-switch',
      mode: {
        whenOn: 'nothing',
        host: {
          status: 'http://h/s',
          toggle: null,
          stopAll: null,
          on: null,
          key: null,
          intervalMs: 10_000,
          timeoutMs: 3000,
          unknown: 'keep',
        },
      },
    })
  })

  it('lets a mode say how its host tells', async () => {
    const work = {
      kind: 'http-switch',
      status: 'http://h/s',
      on: { field: 'gaming' },
      stopAll: 'http://h/stop',
      key: { env: 'K' },
      interval: '1s',
      timeout: '5s',
      unknown: 'on',
    }
    const { policy, codes } = await resolveDocuments({ modes: { work } })
    expect(codes).toEqual([])
    expect(policy.modes.get('work')?.mode.host).toEqual({
      status: 'http://h/s',
      toggle: null,
      stopAll: 'http://h/stop',
      on: { field: 'gaming', equals: true },
      key: { env: 'K' },
      intervalMs: 1000,
      timeoutMs: 5000,
      unknown: 'on',
    })
  })

  it.each([{ interval: '999ms' }, { timeout: '5001ms' }, { timeout: '0s' }])(
    'bounds how a host is asked: %j',
    async (bound) => {
      const work = { kind: 'http-switch', status: 'http://h/s', ...bound }
      expect((await resolveDocuments({ modes: { work } })).codes).toEqual(['resolve/out-of-range'])
    },
  )

  const addresses: [string, Parameters<typeof resolveDocuments>[0]][] = [
    ['of a backend', { backends: { lan: { kind: 'ollama', url: 'http://lan/?x', models: {} } } }],
    ['of a mode', { modes: { work: { kind: 'http-switch', status: 'http://h:0/' } } }],
    [
      "of a mode's switch",
      { modes: { work: { kind: 'http-switch', status: 'http://h/', toggle: 'http://h/?on' } } },
    ],
    [
      'of a trace sink',
      {
        policy: {
          trace: {
            sink: 'langfuse',
            url: 'http://',
            zone: 'lan',
            publicKey: { env: 'P' },
            secretKey: { env: 'S' },
          },
        },
      },
    ],
  ]
  it.each(addresses)('the address %s must be usable', async (_, documents) => {
    expect((await resolveDocuments(documents)).codes).toEqual(['resolve/invalid-url'])
  })
})
