/** Backends that work on a few requests at once: who is let in, who waits, whose turn it is, and what comes back. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BackendConfig, OpenAiBackendConfig } from '../../compiler/config/backends.ts'
import type { ServedModelConfig } from '../../compiler/config/policy.ts'
import { fetchStatus } from '../../src/control/admin-client.ts'
import type { SlotCounts } from '../../src/table/slot-policy.ts'
import type { Recorded } from '../upstream/recording-upstream.ts'
import { chunk, completion, DONE, json, paced, ROLE, text, type Reply } from '../upstream/reply.ts'
import { askOf, collect, streamOf, type Answer } from './harness/client.ts'
import { describeRuntimes, type Bench } from './harness/describe-runtimes.ts'
import { secrets } from './harness/policies.ts'
import type { Policies } from './harness/start-gateway.ts'

const CALLS = 200
const PLACES = 3

function policiesAt(upstream: string): Policies {
  const at = (name: string, options: Partial<OpenAiBackendConfig>): BackendConfig => ({
    kind: 'openai',
    url: `${upstream}/v1`,
    health: 'off',
    models: { m: { id: `${name}/m` } },
    ...options,
  })
  const model = (options: ServedModelConfig): ServedModelConfig => ({ keepAlive: 'off', ...options })
  const one = { maxConcurrent: 1 }
  return {
    backends: {
      backends: {
        stormy: at('stormy', { maxConcurrent: PLACES, queue: { size: 300 } }),
        fair: at('fair', { ...one, queue: { size: 100 } }),
        left: at('left', one),
        right: at('right', one),
        brief: at('brief', { ...one, queue: { size: 1, wait: '100ms' } }),
        curt: at('curt', { ...one, queue: 'off' }),
        spare: at('spare', {}),
        patient: at('patient', one),
      },
    },
    policy: {
      breaker: 'off',
      retry: { times: 0 },
      models: {
        stormy: model({ targets: ['stormy/m'] }),
        fair: model({ targets: ['fair/m'] }),
        pair: model({ targets: ['left/m', 'right/m'], balance: 'prefix' }),
        brief: model({ targets: ['brief/m'] }),
        curt: model({ targets: ['curt/m'] }),
        'curt-or-spare': model({ targets: ['curt/m'], fallback: ['spare/m'] }),
        patient: model({ targets: ['patient/m'], keepAlive: '100ms', timeouts: { firstToken: '200ms' } }),
        hasty: model({
          targets: ['patient/m'],
          timeouts: { firstToken: '200ms', idle: '200ms', total: '300ms' },
        }),
      },
    },
    clients: {
      clients: {
        home: { keys: [{ env: 'AICC_CLIENT_KEY' }], models: '*' },
        narrow: { keys: [{ env: 'CONF_KEY_NARROW' }], models: '*' },
      },
    },
  }
}

/** How it stands with a backend's places, as the edge says. */
async function placesOf(bench: Bench, backend: string): Promise<Omit<SlotCounts, 'count'>> {
  const answer = await fetchStatus(join(bench.gateway.folder, 'state'), {})
  if (answer.kind !== 'running') throw new Error(answer.kind)
  const { busy = 0, waiting = 0 } = answer.status.slots[backend] ?? {}
  return { busy, waiting }
}

const placesBecome = async (bench: Bench, backend: string, busy: number, waiting: number): Promise<void> => {
  await expect.poll(() => placesOf(bench, backend), { timeout: 5000 }).toEqual({ busy, waiting })
}

/** Most requests that were there at once. One that was broken off by the gateway ends when that is known there. */
function mostAtOnce(requests: readonly Recorded[]): number {
  const moments = requests
    .filter(({ aborted }) => !aborted)
    .flatMap(({ startedAt, closedAt }) => [
      { at: startedAt, step: 1 },
      { at: closedAt ?? Number.POSITIVE_INFINITY, step: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.step - b.step)
  let open = 0
  return Math.max(...moments.map(({ step }) => (open += step)))
}

const said = (request: Recorded): string =>
  (JSON.parse(request.body.toString()) as { user?: string }).user ?? ''

/** A backend that answers after a while. */
const after = (ms: number, reply: Reply): Reply => [{ at: ms }, ...reply]
const cutShort: Reply = [{ send: ROLE + text('begin') }, { at: 15 }, { cut: true }]

describeRuntimes(policiesAt, (bench) => {
  it(`works on ${PLACES} at once and no more, whatever becomes of ${CALLS} calls, and gives all places back`, async () => {
    const replies: Reply[] = [
      paced(3, 10),
      after(10, completion('ok')),
      after(5, json(500, { error: { message: 'bad' } })),
      cutShort,
      [
        { head: 200, headers: { 'content-type': 'text/event-stream' } },
        { at: 20 },
        { send: ROLE + text('x') },
        { send: chunk({ finish: 'stop' }) + DONE },
      ],
    ]
    bench.upstream.otherwise((request) => {
      const n = Number(said(request))
      const reply = replies[n % replies.length] ?? []
      return request.model === 'stormy/m' && n >= 0 ? reply : completion('ok')
    })
    const outcomes = await Promise.all(
      Array.from({ length: CALLS }, async (_, n) => {
        const body =
          n % 2 === 0 ? streamOf('stormy', { user: String(n) }) : askOf('stormy', { user: String(n) })
        const call = bench.client.start({ body })
        // Some leave: in line, in the answer, or behind it.
        if (n % 4 === 3) setTimeout(call.vanish, n * 5)
        return await call.answer.then(collect).then(
          ({ status }) => status,
          () => 'gone',
        )
      }),
    )
    expect(outcomes.filter((outcome, n) => n % 4 !== 3 && outcome !== 200 && outcome !== 502)).toEqual([])
    expect(outcomes).toContain(200)
    expect(outcomes).toContain(502)
    expect(outcomes).toContain('gone')
    await placesBecome(bench, 'stormy', 0, 0)
    const requests = bench.upstream.requestsFor('stormy/m')
    expect(requests.length).toBeGreaterThan(CALLS / 2)
    expect(mostAtOnce(requests)).toBe(PLACES)
  })

  it('lets clients take turns', async () => {
    bench.upstream.reply('fair/m', after(2000, completion('ok')))
    const ask = (user: string, key?: string): Promise<Answer> =>
      bench.client.chat(askOf('fair', { user }), key === undefined ? {} : { key })
    const calls = [ask('first')]
    await bench.upstream.waitFor('fair/m')
    bench.upstream.reply('fair/m', completion('ok'))
    for (let i = 0; i < 6; i += 1) calls.push(ask('many'))
    await placesBecome(bench, 'fair', 1, 6)
    for (let i = 0; i < 2; i += 1) calls.push(ask('few', secrets['CONF_KEY_NARROW']))
    await placesBecome(bench, 'fair', 1, 8)
    const answers = await Promise.all(calls)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const queued = answers.map(({ headers }) => Number(headers['x-aicc-queued'] ?? 0) > 0)
    expect(queued).toEqual([false, ...Array.from({ length: 8 }, () => true)])
    expect(bench.upstream.requestsFor('fair/m').map(said).slice(1)).toEqual([
      'many',
      'few',
      'many',
      'few',
      'many',
      'many',
      'many',
      'many',
    ])
  })

  it('keeps a conversation where it was, unless that host is full', async () => {
    const ask = async (content: string): Promise<Answer> =>
      await bench.client.chat({ model: 'pair', messages: [{ role: 'user', content }] })
    const whose = ({ headers, status }: Answer): unknown => [status, headers['x-aicc-backend']]
    const homes = await Promise.all(
      ['1', '2', '3', '4', '5', '6', '7', '8'].map(async (n) => whose(await ask(n))),
    )
    expect(new Set(homes.map(String))).toEqual(new Set(['200,left', '200,right']))

    const [, home] = whose(await ask('the same')) as [number, string]
    const other = home === 'left' ? 'right' : 'left'
    expect(whose(await ask('the same'))).toEqual([200, home])
    bench.upstream.reply(`${home}/m`, after(500, completion('ok')))
    const held = ask('the same')
    await placesBecome(bench, home, 1, 0)
    const passedOn = await ask('the same')
    expect(whose(passedOn)).toEqual([200, other])
    expect(passedOn.headers['x-aicc-queued']).toBeUndefined()
    expect(whose(await held)).toEqual([200, home])
    bench.upstream.reply(`${home}/m`, completion('ok'))
    expect(whose(await ask('the same'))).toEqual([200, home])
  })

  it.each([
    { model: 'brief', waits: true },
    { model: 'curt', waits: false },
  ])('says 429 and when to come back where $model has no room in time', async ({ model, waits }) => {
    bench.upstream.reply(`${model}/m`, after(800, completion('ok')))
    const held = bench.client.chat(askOf(model))
    await placesBecome(bench, model, 1, 0)
    for (const body of [askOf(model), streamOf(model)]) {
      const refused = await bench.client.chat(body)
      expect([refused.status, refused.error().code, refused.error().type]).toEqual([
        429,
        'backend_busy',
        'rate_limit_error',
      ])
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
      expect(refused.headers['x-aicc-failed']).toBe(`${model}/m busy`)
      expect(refused.headers['x-aicc-attempts']).toBeUndefined()
      expect(Number(refused.headers['x-aicc-queued'] ?? 0) > 0).toBe(waits)
    }
    expect((await held).status).toBe(200)
    await placesBecome(bench, model, 0, 0)
  })

  it('goes to the fallback where nobody may wait', async () => {
    bench.upstream.reply('curt/m', after(500, completion('ok')))
    const held = bench.client.chat(askOf('curt'))
    await placesBecome(bench, 'curt', 1, 0)
    const answer = await bench.client.chat(askOf('curt-or-spare'))
    expect([answer.status, answer.headers['x-aicc-backend'], answer.headers['x-aicc-failed']]).toEqual([
      200,
      'spare',
      'curt/m busy',
    ])
    expect((await held).status).toBe(200)
  })

  it('keeps a stream alive in line, for longer than a first token may take', async () => {
    bench.upstream.reply('patient/m', [
      { send: ROLE + text('first') },
      { at: 700 },
      { send: chunk({ finish: 'stop' }) + DONE },
    ])
    const held = bench.client.chat(streamOf('patient'))
    await placesBecome(bench, 'patient', 1, 0)
    const { status, text: frames } = await bench.client.chat(streamOf('patient'))
    expect(status).toBe(200)
    expect(frames).toMatch(/^(?:: keep-alive\n\n){2,}data: /)
    expect(frames).toContain('first')
    expect(frames.trimEnd().endsWith('[DONE]')).toBe(true)
    expect((await held).status).toBe(200)
    await placesBecome(bench, 'patient', 0, 0)
  })

  it('counts the time in line as time of the request', async () => {
    bench.upstream.reply('patient/m', paced(80, 50))
    const held = bench.client.chat(streamOf('patient'))
    await placesBecome(bench, 'patient', 1, 0)
    for (const body of [askOf('hasty'), streamOf('hasty')]) {
      const late = await bench.client.chat(body)
      expect([late.status, late.error().code]).toEqual([504, 'upstream_timeout'])
    }
    expect((await held).status).toBe(200)
    await placesBecome(bench, 'patient', 0, 0)
  })

  it.each([true, false])('forgets who leaves the line; a stream: %s', async (stream) => {
    bench.upstream.reply('left/m', after(1500, completion('ok')))
    bench.upstream.reply('right/m', after(1500, completion('ok')))
    const held = [1, 2].map(() => bench.client.chat(askOf('pair', { user: 'both' })))
    await placesBecome(bench, 'left', 1, 0)
    await placesBecome(bench, 'right', 1, 0)
    const known = bench.upstream.requests.length
    const call = bench.client.start({ body: stream ? streamOf('pair') : askOf('pair') })
    call.answer.catch(() => {})
    await placesBecome(bench, 'left', 1, 1)
    await placesBecome(bench, 'right', 1, 1)
    call.vanish()
    await placesBecome(bench, 'left', 1, 0)
    await placesBecome(bench, 'right', 1, 0)
    await Promise.all(held)
    await placesBecome(bench, 'left', 0, 0)
    expect(bench.upstream.requests.length).toBe(known)
    bench.upstream.reply('left/m', completion('ok'))
    bench.upstream.reply('right/m', completion('ok'))
  })
})
