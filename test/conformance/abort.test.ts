/** A client that goes away, in each window of a request: the backend must be let go within a second. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ROLE, text } from '../upstream/reply.ts'
import type { Reply } from '../upstream/reply.ts'
import { askOf, streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'

const WITHIN_MS = 1000

const options = {
  models: {
    early: {},
    role: {},
    middle: {},
    partial: {},
    pair: { on: ['mock' as const, 'second' as const] },
  },
}

const json = { 'content-type': 'application/json' }
const events = { 'content-type': 'text/event-stream' }

interface Case {
  what: string
  model: keyof typeof options.models
  reply: Reply
  stream: boolean
}

/** Nothing comes to the client before it leaves. */
const BEFORE_HEADERS: Case[] = [
  { what: 'before the headers, streaming', model: 'early', reply: [{ stall: true }], stream: true },
  { what: 'before the headers, not streaming', model: 'early', reply: [{ stall: true }], stream: false },
  {
    what: 'before the first token',
    model: 'role',
    reply: [{ head: 200, headers: events }, { stall: true }],
    stream: true,
  },
  { what: 'after the role', model: 'role', reply: [{ send: ROLE }, { stall: true }], stream: true },
  {
    what: 'in the body, not streaming',
    model: 'partial',
    reply: [{ head: 200, headers: json }, { send: '{"choices":[' }, { stall: true }],
    stream: false,
  },
]

describeRuntimes(options, (bench) => {
  it.each(BEFORE_HEADERS)('that leaves $what lets the backend go', async ({ model, reply, stream }) => {
    const id = `mock/${model}`
    bench.upstream.reply(id, reply)
    const known = bench.upstream.requestsFor(id).length
    const call = bench.client.start({ body: stream ? streamOf(model) : askOf(model) })
    call.answer.catch(() => {})
    await expect.poll(() => bench.upstream.requestsFor(id).length, { timeout: 5000 }).toBe(known + 1)
    call.vanish()
    const own = bench.upstream.requestsFor(id).at(-1)
    await bench.upstream.waitFor(id, (r) => r === own && r.aborted, WITHIN_MS)
  })

  it('that leaves in the middle of a stream lets the backend go', async () => {
    bench.upstream.reply('mock/middle', [{ send: ROLE + text('a') }, { stall: true }])
    const answer = await bench.client.open({ body: streamOf('middle') })
    await new Promise((resolve) => answer.body.once('data', resolve))
    answer.vanish()
    await bench.upstream.waitFor('mock/middle', (r) => r.aborted, WITHIN_MS)
  })

  it('that leaves while events flow lets the backend go', async () => {
    const steps = Array.from({ length: 600 }, (_, i) => [{ at: i * 10 }, { send: text(`${i}`) }]).flat()
    bench.upstream.reply('mock/middle', steps)
    const answer = await bench.client.open({ body: streamOf('middle') })
    await new Promise((resolve) => answer.body.once('data', resolve))
    const own = bench.upstream.requestsFor('mock/middle').at(-1)
    answer.vanish()
    await bench.upstream.waitFor('mock/middle', (r) => r === own && r.aborted, WITHIN_MS)
  })

  it('is no reason to ask another target', async () => {
    bench.upstream.reply('mock/pair', [{ stall: true }])
    const call = bench.client.start({ body: streamOf('pair') })
    call.answer.catch(() => {})
    await bench.upstream.waitFor('mock/pair')
    call.vanish()
    await bench.upstream.waitFor('mock/pair', (r) => r.aborted, WITHIN_MS)
    // Once another whole request went through, a stray attempt would have shown.
    await bench.client.chat(askOf('early'), { path: '/v1/nowhere' })
    expect(bench.upstream.requestsFor('second/pair')).toEqual([])
  })

  it('that leaves is not mistaken for another connection from the same port', async () => {
    bench.upstream.reply('mock/early', [{ stall: true }])
    const other = connect({ host: '127.0.0.1', port: bench.upstream.port, localAddress: '127.0.0.1' })
    await once(other, 'connect')
    const known = bench.upstream.requestsFor('mock/early').length
    const call = bench.client.start({
      body: streamOf('early'),
      from: '127.0.0.1',
      fromPort: other.localPort ?? 0,
    })
    call.answer.catch(() => {})
    await expect
      .poll(() => bench.upstream.requestsFor('mock/early').length, { timeout: 5000 })
      .toBe(known + 1)
    call.vanish()
    const own = bench.upstream.requestsFor('mock/early').at(-1)
    await bench.upstream.waitFor('mock/early', (r) => r === own && r.aborted, WITHIN_MS)
    other.destroy()
  })

  describe('many at once', () => {
    it('all let their backends go', async () => {
      const known = bench.upstream.requestsFor('mock/middle').length
      bench.upstream.reply('mock/middle', [{ send: ROLE + text('a') }, { stall: true }])
      const answers = await Promise.all(
        Array.from({ length: 30 }, async () => await bench.client.open({ body: streamOf('middle') })),
      )
      for (const answer of answers) answer.vanish()
      await expect
        .poll(
          () =>
            bench.upstream
              .requestsFor('mock/middle')
              .slice(known)
              .every((r) => r.aborted),
          {
            timeout: 3000,
          },
        )
        .toBe(true)
      expect(bench.upstream.requestsFor('mock/middle').slice(known)).toHaveLength(30)
    })
  })
})
