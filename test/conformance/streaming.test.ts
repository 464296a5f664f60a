/** A stream in progress: nothing is held back, silence is bridged, and a break is never silent. */
import { describe, expect, it } from 'vitest'
import { VLLM_ERROR } from '../upstream/error-bodies.ts'
import { DONE, ROLE, chunk, frame, json, text, wholeStream } from '../upstream/reply.ts'
import type { Reply, Step } from '../upstream/reply.ts'
import { streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'

const KEEP_ALIVE = ': keep-alive\n\n'
const QUIET = '200ms'

const options = {
  models: {
    plain: {},
    broken: {},
    quiet: { keepAlive: QUIET },
    'quiet-pair': { keepAlive: QUIET, on: ['mock' as const, 'second' as const] },
    idle: { timeouts: { idle: '400ms' } },
    short: { timeouts: { connect: '300ms', firstToken: '600ms', total: '900ms' } },
  },
}

const FINISH = chunk({ finish: 'stop' }) + DONE
const silence = (ms: number): Step => ({ at: ms })

/** The data of the last event. */
function lastEvent(stream: string): unknown {
  const data = stream.trimEnd().split('\n\n').at(-1) ?? ''
  return JSON.parse(data.replace(/^data: ?/, ''))
}

/** Every event must be whole: a line of its own that is data, a comment, or nothing. */
function expectWholeEvents(stream: string): void {
  expect(stream.endsWith('\n\n')).toBe(true)
  for (const event of stream.trimEnd().split('\n\n')) {
    if (event.startsWith(':') || event === 'data: [DONE]') continue
    expect(event).toMatch(/^data: /)
    expect(() => void JSON.parse(event.slice('data: '.length)), event).not.toThrow()
  }
}

function expectErrorFrame(stream: string, code: string): void {
  expectWholeEvents(stream)
  expect(lastEvent(stream)).toEqual({
    error: { message: expect.any(String), type: 'upstream_error', param: null, code },
  })
}

describeRuntimes(options, (bench) => {
  it('hands on an event while the backend has not yet sent the next one', async () => {
    bench.upstream.reply('mock/plain', [{ send: ROLE + text('now') }, { stall: true }])
    const answer = await bench.client.open({ body: streamOf('plain') })
    let got = ''
    for await (const part of answer.body) {
      got += String(part)
      if (got === ROLE + text('now')) break
    }
    expect(got).toBe(ROLE + text('now'))
    answer.vanish()
  })

  it('carries the headers that keep proxies from buffering', async () => {
    bench.upstream.reply('mock/plain', [{ send: wholeStream(['a']) }])
    const { headers } = await bench.client.chat(streamOf('plain'))
    expect(headers['content-type']).toMatch(/^text\/event-stream/)
    expect(headers['cache-control']).toMatch(/no-(store|cache)/)
    expect(headers['x-accel-buffering']).toBe('no')
    expect(headers['content-encoding']).toBeUndefined()
  })

  describe('silence', () => {
    it('is bridged by comments before the first event', async () => {
      bench.upstream.reply('mock/quiet', [silence(700), { send: wholeStream(['late']) }])
      const answer = await bench.client.chat(streamOf('quiet'))
      expect(answer.status).toBe(200)
      expect(answer.text.startsWith(KEEP_ALIVE)).toBe(true)
      expect(answer.text.replaceAll(KEEP_ALIVE, '')).toBe(wholeStream(['late']))
    })

    it('is bridged between events', async () => {
      bench.upstream.reply('mock/quiet', [
        { send: ROLE + text('a') },
        silence(700),
        { send: text('b') + FINISH },
      ])
      const answer = await bench.client.chat(streamOf('quiet'))
      expect(answer.text.startsWith(ROLE + text('a') + KEEP_ALIVE)).toBe(true)
      expect(answer.text.replaceAll(KEEP_ALIVE, '')).toBe(ROLE + text('a') + text('b') + FINISH)
    })

    it('within an event puts no comment into it', async () => {
      const [head, tail] = [text('abcdef').slice(0, 40), text('abcdef').slice(40)]
      bench.upstream.reply('mock/quiet', [
        { send: ROLE + text('a') + head },
        silence(700),
        { send: tail + FINISH },
      ])
      const answer = await bench.client.chat(streamOf('quiet'))
      expectWholeEvents(answer.text)
      expect(answer.text.replaceAll(KEEP_ALIVE, '')).toBe(ROLE + text('a') + text('abcdef') + FINISH)
    })

    it('that is off by policy stays silent, so that a failure keeps its status', async () => {
      bench.upstream.reply('mock/plain', [silence(700), ...json(503, VLLM_ERROR)])
      expect((await bench.client.chat(streamOf('plain'))).status).toBe(503)
    })

    const late: [string, Reply, string][] = [
      ['an error status', json(500, VLLM_ERROR), 'upstream_error'],
      ['a refused key', json(401, VLLM_ERROR), 'upstream_auth_failed'],
      ['a cut', [{ cut: true }], 'upstream_unreachable'],
      ['an error event', [{ send: frame(VLLM_ERROR) }], 'upstream_error'],
    ]
    it.each(late)('that was bridged and ends in %s is a 200 with an error event', async (_, reply, code) => {
      bench.upstream.reply('mock/quiet', [silence(600), ...reply])
      const answer = await bench.client.chat(streamOf('quiet'))
      expect(answer.status).toBe(200)
      expect(answer.headers['content-type']).toMatch(/^text\/event-stream/)
      expect(answer.text.startsWith(KEEP_ALIVE)).toBe(true)
      expectErrorFrame(answer.text, code)
    })

    it('that was bridged still leaves the second target to try', async () => {
      bench.upstream.reply('mock/quiet-pair', [silence(600), ...json(500, VLLM_ERROR)])
      bench.upstream.reply('second/quiet-pair', [{ send: wholeStream(['second']) }])
      const answer = await bench.client.chat(streamOf('quiet-pair'))
      expect(answer.text.replaceAll(KEEP_ALIVE, '')).toBe(wholeStream(['second']))
    })
  })

  describe('a backend that breaks off', () => {
    const begun = ROLE + text('one ') + text('two ')
    const cuts: [string, string][] = [
      ['between events', begun],
      ['within an event', begun + text('three').slice(0, 37)],
      ['within a character', `${begun}data: {"choices":[{"delta":{"content":"é`],
      ['between the two line ends', begun + text('three').slice(0, -1)],
    ]

    it.each(cuts)('%s ends in an error event', async (where, sent) => {
      const bytes = Buffer.from(sent)
      const cut = where === 'within a character' ? bytes.subarray(0, -1) : bytes
      bench.upstream.reply('mock/broken', [{ send: cut }, { at: 60 }, { cut: true }])
      const answer = await bench.client.chat(streamOf('broken'))
      expect(answer.status).toBe(200)
      expect(answer.text.startsWith(begun)).toBe(true)
      expectErrorFrame(answer.text, 'upstream_interrupted')
    })

    it.each(cuts)('%s by closing politely ends in an error event too', async (where, sent) => {
      const bytes = Buffer.from(sent)
      const cut = where === 'within a character' ? bytes.subarray(0, -1) : bytes
      bench.upstream.reply('mock/broken', [{ send: cut }])
      const answer = await bench.client.chat(streamOf('broken'))
      expect(answer.text.startsWith(begun)).toBe(true)
      expectErrorFrame(answer.text, 'upstream_interrupted')
    })

    it('is told apart from one that ends without [DONE] after a finish', async () => {
      const sent = begun + chunk({ finish: 'length' })
      bench.upstream.reply('mock/broken', [{ send: sent }])
      expect((await bench.client.chat(streamOf('broken'))).text).toBe(sent + DONE)
    })

    it('with an error event of its own is passed on as it is', async () => {
      const sent = begun + frame(VLLM_ERROR) + DONE
      bench.upstream.reply('mock/broken', [{ send: sent }])
      expect((await bench.client.chat(streamOf('broken'))).text).toBe(sent)
    })

    it('leaves the connection to the client usable', async () => {
      bench.upstream.reply('mock/broken', [{ send: begun }, { at: 30 }, { cut: true }])
      await bench.client.chat(streamOf('broken'))
      bench.upstream.reply('mock/plain', [{ send: wholeStream(['next']) }])
      expect((await bench.client.chat(streamOf('plain'))).text).toBe(wholeStream(['next']))
    })
  })

  describe('a deadline', () => {
    it('for the next event ends a stalled stream in an error event', async () => {
      bench.upstream.reply('mock/idle', [{ send: ROLE + text('begun') }, { stall: true }])
      const answer = await bench.client.chat(streamOf('idle'))
      expect(answer.text.startsWith(ROLE + text('begun'))).toBe(true)
      expectErrorFrame(answer.text, 'upstream_timeout')
      await bench.upstream.waitFor('mock/idle', (r) => r.aborted, 1000)
    })

    it('for the next event is met by a steady stream that takes longer as a whole', async () => {
      const steps: Step[] = [{ send: ROLE }]
      for (let i = 0; i < 10; i++) steps.push({ at: i * 100 }, { send: text(`${i}`) })
      bench.upstream.reply('mock/idle', [...steps, { send: FINISH }])
      const answer = await bench.client.chat(streamOf('idle'))
      expect(answer.text.endsWith(text('9') + FINISH)).toBe(true)
    })

    it('for the whole ends a stream that never does', async () => {
      const steps: Step[] = [{ send: ROLE }]
      for (let i = 0; i < 100; i++) steps.push({ at: i * 50 }, { send: text(`${i}`) })
      bench.upstream.reply('mock/short', steps)
      const answer = await bench.client.chat(streamOf('short'))
      expect(answer.text.startsWith(ROLE + text('0'))).toBe(true)
      expectErrorFrame(answer.text, 'upstream_timeout')
      await bench.upstream.waitFor('mock/short', (r) => r.aborted, 1000)
    })
  })

  it('streams completions as well as chats', async () => {
    const events = frame({ choices: [{ text: 'a', index: 0, finish_reason: null }] })
    bench.upstream.reply('mock/plain', [{ send: events }, { at: 20 }, { send: FINISH }])
    const body = { model: 'plain', prompt: 'p', stream: true }
    const answer = await bench.client.call({ path: '/v1/completions', body })
    expect(answer.text).toBe(events + FINISH)
  })
})
