/** Streams of backends that speak another protocol than the client. */
import { describe, expect, it, vi } from 'vitest'
import { NO_TALLY } from '../../../../src/pipeline/meter/tally.ts'
import type { Surface } from '../../../../src/table/route-table.ts'
import { chunk, DONE, frame, ROLE, text } from '../../../upstream/reply.ts'
import {
  messageStream,
  MESSAGE_START,
  named,
  OVERLOADED,
  textDelta,
  TEXT_START,
} from '../../../upstream/message-reply.ts'
import { makeModel, makeTarget } from '../../make-snapshot.ts'
import type { ExchangeFields } from './make-exchange.ts'
import {
  byHand,
  letRun,
  SINGLE,
  startStream,
  STOP,
  streaming,
  type StreamRun,
  TIMEOUTS,
  useStreamRuns,
} from './stream-run.ts'

useStreamRuns()

const BODY = '{"model":"safe","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}'
const USAGE = chunk({ usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } })
const WIRE = ROLE + text('Hel') + text('lo') + STOP + USAGE + DONE
const CLAUDE = makeTarget({ speaks: ['messages'] })

function asking(surface: Surface, fields: ExchangeFields = {}): ExchangeFields {
  return { ...SINGLE, surface, body: BODY, ...fields }
}

/** The data of the events with a name or without one. */
function dataOf(received: string): Record<string, unknown>[] {
  const lines = received.split('\n').filter((line) => line.startsWith('data: {'))
  return lines.map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>)
}

function typesOf(run: StreamRun): unknown[] {
  return dataOf(run.received()).map(({ type }) => type)
}

function saidIn(run: StreamRun): string {
  const deltas = dataOf(run.received()).map(({ delta }) => delta as { text?: string } | undefined)
  return deltas.map((delta) => delta?.text ?? '').join('')
}

describe('chat as messages', () => {
  it.each([1, 7, 64, 10_000])('comes whole, in chunks of %i bytes', async (size) => {
    const { backend, streams } = byHand()
    const run = startStream({ gpu: backend }, asking('messages'))
    await letRun()
    const bytes = new TextEncoder().encode(WIRE)
    for (let at = 0; at < bytes.byteLength; at += size) await streams[0]?.send(bytes.subarray(at, at + size))
    await streams[0]?.end()
    await letRun()
    expect(run.response()?.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(typesOf(run)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(saidIn(run)).toBe('Hello')
    expect(dataOf(run.received()).at(-2)).toMatchObject({
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 7, output_tokens: 2 },
    })
    expect(run.received()).not.toContain('[DONE]')
    expect(run.ended()).toBe('closed')
  })

  it('ends well without [DONE]', async () => {
    const run = startStream({ gpu: streaming(ROLE + text('hi') + STOP) }, asking('messages'))
    await letRun()
    expect(typesOf(run).at(-1)).toBe('message_stop')
  })

  it('takes what stands behind the last blank line', async () => {
    const run = startStream({ gpu: streaming((ROLE + text('hi') + STOP).trimEnd()) }, asking('messages'))
    await letRun()
    expect(typesOf(run).at(-1)).toBe('message_stop')
    expect(dataOf(run.received()).at(-2)).toMatchObject({ delta: { stop_reason: 'end_turn' } })
  })

  it('is billed by what the backend said', async () => {
    const passed: string[] = []
    const bill = {
      ...NO_TALLY,
      pass: (piece: Uint8Array) => {
        passed.push(new TextDecoder().decode(piece))
        return piece
      },
    }
    startStream({ gpu: streaming(WIRE) }, asking('messages', { bill }))
    await letRun()
    expect(passed.join('')).toBe(WIRE)
  })

  it('asks in words of chat, for usage too', async () => {
    const run = startStream({ gpu: streaming(WIRE) }, asking('messages'))
    await letRun()
    const [call] = run.exchange.ports.calls
    expect(call?.request.path).toBe('/v1/chat/completions')
    expect(JSON.parse(call?.request.body ?? '')).toMatchObject({
      model: 'qwen3-coder',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'hi' }],
    })
  })

  const breaks: { name: string; rest: string; how: 'end' | 'cut'; type: string; says: RegExp }[] = [
    { name: 'a cut', rest: '', how: 'cut', type: 'api_error', says: /broke off/ },
    { name: 'a silent end', rest: '', how: 'end', type: 'api_error', says: /broke off/ },
    { name: 'half an event', rest: 'data: {"cho', how: 'end', type: 'api_error', says: /broke off/ },
    {
      name: 'an error',
      rest: frame({ error: { message: 'no', code: 429 } }),
      how: 'end',
      type: 'rate_limit_error',
      says: /failed: no/,
    },
    { name: 'no JSON', rest: frame('{"choices": ['), how: 'end', type: 'api_error', says: /makes no sense/ },
  ]
  it.each(breaks)(
    'that breaks by $name ends with an error of its own kind',
    async ({ rest, how, type, says }) => {
      const { backend, streams } = byHand()
      const run = startStream({ gpu: backend }, asking('messages'))
      await letRun()
      await streams[0]?.send(ROLE + text('half') + rest)
      await letRun()
      if (run.ended() === 'no') await (how === 'cut' ? streams[0]?.break() : streams[0]?.end())
      await letRun()
      expect(run.received()).toMatch(/\n\nevent: error\ndata: .*\n\n$/)
      expect(dataOf(run.received()).at(-1)).toEqual({
        type: 'error',
        error: { type, message: expect.stringMatching(says) },
        request_id: 'test-1',
      })
      expect(saidIn(run)).toBe('half')
      expect(run.ended()).toBe('closed')
    },
  )

  it('is kept alive by pings, before its beginning and within it', async () => {
    const { backend, streams } = byHand()
    const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: 1000 })
    const run = startStream({ gpu: backend }, asking('messages', { model }))
    await vi.advanceTimersByTimeAsync(1500)
    expect(run.received()).toBe(named({ type: 'ping' }))
    await streams[0]?.send(`${ROLE}${text('a')}data: {"cho`)
    await vi.advanceTimersByTimeAsync(1500)
    expect(typesOf(run).at(-1)).toBe('ping')
    await streams[0]?.end()
    await letRun()
  })

  it('takes a large event, and none beyond a bound', async () => {
    const large = startStream(
      { gpu: streaming(ROLE + text('x'.repeat(500_000)) + STOP + DONE) },
      asking('messages'),
    )
    await letRun()
    expect(saidIn(large)).toHaveLength(500_000)
    const { backend, streams } = byHand()
    const huge = startStream({ gpu: backend }, asking('messages'))
    await letRun()
    const bytes = new TextEncoder().encode(ROLE + text('x'.repeat(1_500_000)))
    for (let at = 0; at < bytes.byteLength && huge.ended() === 'no'; at += 65_536) {
      await streams[0]?.send(bytes.subarray(at, at + 65_536)).catch(() => {})
    }
    await letRun()
    expect(dataOf(huge.received()).slice(-1)).toMatchObject([
      { type: 'error', error: { message: expect.stringContaining('too large') } },
    ])
  })
})

/** Content to whoever looks for some, and a call of nothing to who translates it. */
const SENSELESS = chunk({ delta: { tool_calls: ['what?'] } })

describe('before the first content', () => {
  it.each([
    ['at once', SENSELESS],
    ['behind a beginning', ROLE + SENSELESS],
    ['in front of content', ROLE + SENSELESS + text('late')],
  ])('what makes no sense %s is a broken attempt', async (_, stream) => {
    const spare = streaming(messageStream(['Hello']))
    const pool = [makeTarget(), makeTarget({ ...CLAUDE, backend: 'spare' })]
    const run = startStream({ gpu: streaming(stream), spare }, asking('messages', { pool }))
    await letRun()
    expect(run.exchange.ports.calls.map(({ backend }) => backend)).toEqual(['gpu', 'spare'])
    expect(run.response()?.status).toBe(200)
    expect(saidIn(run)).toBe('Hello')
    expect(run.exchange.journey.failures).toMatchObject([{ backend: 'gpu', cause: 'error' }])
  })

  it('what makes no sense is an error with a status where nobody else is left', async () => {
    const run = startStream({ gpu: streaming(SENSELESS) }, asking('messages'))
    await letRun()
    expect(run.response()?.status).toBe(502)
    expect(run.received()).toContain('makes no sense')
  })

  it('content that came before counts: behind it nothing makes up for what makes no sense', async () => {
    const spare = streaming(messageStream(['Hello']))
    const pool = [makeTarget(), makeTarget({ ...CLAUDE, backend: 'spare' })]
    const run = startStream(
      { gpu: streaming(ROLE + text('half') + SENSELESS), spare },
      asking('messages', { pool }),
    )
    await letRun()
    expect(run.exchange.ports.calls).toHaveLength(1)
    expect(saidIn(run)).toBe('half')
    expect(typesOf(run).at(-1)).toBe('error')
  })

  it('the next target is asked in its own protocol', async () => {
    const run = startStream(
      { gpu: streaming(MESSAGE_START + TEXT_START + named(OVERLOADED)), spare: streaming(WIRE) },
      asking('messages', { pool: [CLAUDE, makeTarget({ backend: 'spare' })] }),
    )
    await letRun()
    expect(run.exchange.ports.calls.map(({ request }) => request.path)).toEqual([
      '/v1/messages',
      '/v1/chat/completions',
    ])
    expect(saidIn(run)).toBe('Hello')
    expect(run.exchange.answerHeaders['x-aicc-failed']).toBe('gpu/coder error')
  })

  it('and back: bytes go through as they come', async () => {
    const native = messageStream(['Hel', 'lo'])
    const run = startStream(
      { gpu: streaming(ROLE + frame({ error: 'down' })), spare: streaming(native) },
      asking('messages', { pool: [makeTarget(), makeTarget({ backend: 'spare', speaks: ['messages'] })] }),
    )
    await letRun()
    expect(run.received()).toBe(native)
  })
})

describe('a stream that speaks the client’s protocol', () => {
  it.each([
    { name: 'an error of its own', rest: named(OVERLOADED), shown: named(OVERLOADED) },
    {
      name: 'a missing end',
      rest: named({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }),
      shown: null,
    },
  ])('goes through with $name', async ({ rest, shown }) => {
    const begun = MESSAGE_START + TEXT_START + textDelta('half')
    const run = startStream({ gpu: streaming(begun + rest) }, asking('messages', { pool: [CLAUDE] }))
    await letRun()
    expect(run.received()).toBe(begun + rest + (shown === null ? named({ type: 'message_stop' }) : ''))
  })

  it('that breaks off ends with an error of its protocol', async () => {
    const begun = MESSAGE_START + TEXT_START + textDelta('half')
    const run = startStream({ gpu: streaming(begun) }, asking('messages', { pool: [CLAUDE] }))
    await letRun()
    expect(run.received().slice(begun.length)).toMatch(/^event: error\ndata: \{"type":"error",/)
  })
})

describe('messages as chat', () => {
  const chatBody = BODY.replace('"max_tokens"', '"stream_options":{"include_usage":true},"max_tokens"')
  it('comes whole, with usage for who asked and [DONE]', async () => {
    const run = startStream(
      { gpu: streaming(messageStream(['Hel', 'lo'])) },
      asking('chat', { body: chatBody, pool: [CLAUDE] }),
    )
    await letRun()
    expect(run.received()).toMatch(/data: \[DONE\]\n\n$/)
    expect(dataOf(run.received()).at(-1)).toMatchObject({
      usage: { prompt_tokens: 7, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 2 } },
    })
    const [call] = run.exchange.ports.calls
    expect(call?.request.path).toBe('/v1/messages')
  })

  it('that breaks is gone on with by who speaks chat', async () => {
    const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: 0, onBreak: 'continue' })
    const run = startStream(
      {
        gpu: streaming(MESSAGE_START + TEXT_START + textDelta('one, ')),
        spare: streaming(ROLE + text('two') + STOP + DONE),
      },
      { ...asking('chat'), model, pool: [CLAUDE, makeTarget({ backend: 'spare' })] },
    )
    await letRun()
    const said = dataOf(run.received()).map(
      ({ choices }) => (choices as { delta: { content?: string } }[])[0]?.delta.content ?? '',
    )
    expect(said.join('')).toBe('one, two')
    expect(run.received()).toMatch(/data: \[DONE\]\n\n$/)
  })

  it('that breaks is gone on with by another one: it hears what was said', async () => {
    const model = makeModel({ timeouts: TIMEOUTS, keepAliveMs: 0, onBreak: 'continue' })
    const run = startStream(
      {
        gpu: streaming(MESSAGE_START + TEXT_START + textDelta('one, ')),
        spare: streaming(messageStream(['two'])),
      },
      { ...asking('chat'), model, pool: [CLAUDE, { ...CLAUDE, backend: 'spare' }] },
    )
    await letRun()
    const [, asked] = run.exchange.ports.calls
    expect(JSON.parse(asked?.request.body ?? '')).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', content: expect.anything() }],
    })
    expect(asked?.request.body).toContain('one, ')
    expect(run.received()).toMatch(/"two".*data: \[DONE\]\n\n$/s)
  })
})

it('composes two translations where the way leads through chat', async () => {
  const body = '{"model":"safe","stream":true,"input":"hi"}'
  const run = startStream(
    { gpu: streaming(messageStream(['Hel', 'lo'])) },
    asking('responses', { body, pool: [CLAUDE] }),
  )
  await letRun()
  const last = dataOf(run.received()).at(-1)
  expect(last).toMatchObject({
    type: 'response.completed',
    response: { status: 'completed', usage: { input_tokens: 7, output_tokens: 2 } },
  })
  expect(JSON.stringify(last)).toContain('"text":"Hello"')
})
