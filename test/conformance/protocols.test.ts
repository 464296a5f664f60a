/** Clients of messages, responses and chat before backends that speak the same, and before others. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchUsage } from '../../src/control/admin-client.ts'
import {
  message,
  MESSAGE_START,
  messageStream,
  named,
  OVERLOADED,
  TEXT_START,
  textDelta,
} from '../upstream/message-reply.ts'
import {
  chunk,
  completion,
  DONE,
  frame,
  json,
  ROLE,
  text,
  wholeStream,
  type Reply,
} from '../upstream/reply.ts'
import { outputDelta, RESPONSE_START, responseStream } from '../upstream/response-reply.ts'
import type { Answer, CallOptions } from './harness/client.ts'
import { type Bench, describeRuntimes } from './harness/describe-runtimes.ts'
import { testPolicies } from './harness/policies.ts'
import type { Policies } from './harness/start-gateway.ts'

type Surface = 'chat' | 'messages' | 'responses'

/** `mock` speaks chat, `second` messages and responses, `ollama` messages alone. */
const CHAT = { on: ['mock' as const] }
const OTHERS = { on: ['second' as const] }
const MESSAGES = { on: ['ollama' as const] }

function policiesOf(upstream: string): Policies {
  const models = {
    hub: CHAT,
    own: OTHERS,
    claude: MESSAGES,
    forgetful: { on: ['litellm' as const] },
    'own-usage': OTHERS,
    'hub-usage': CHAT,
    'own-first': { on: ['second' as const, 'mock' as const] },
    'hub-first': { on: ['mock' as const, 'second' as const] },
    'own-quiet': { ...OTHERS, keepAlive: '200ms' },
    'hub-quiet': { ...CHAT, keepAlive: '200ms' },
  }
  const policies = testPolicies(upstream, { models })
  const speaks = { second: ['messages', 'count-tokens', 'responses'], ollama: ['messages'] } as const
  for (const [name, spoken] of Object.entries(speaks)) {
    const backend = policies.backends.backends[name]
    if (backend === undefined || backend.kind === 'demo') continue
    backend.speaks = [...spoken]
    // Else responses leave with a word more: that nothing is to be kept.
    backend.keepsState = true
  }
  policies.policy.models['strict'] = { targets: ['mock/hub'], translation: 'lossless' }
  return policies
}

const PATHS: Readonly<Record<Surface, string>> = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  responses: '/v1/responses',
}

function bodyOf(surface: Surface, model: string, extra: object = {}): object {
  if (surface === 'responses') return { model, input: 'hi', ...extra }
  const messages = [{ role: 'user', content: 'hi' }]
  return { model, messages, ...(surface === 'messages' && { max_tokens: 9 }), ...extra }
}

function ask(
  bench: Bench,
  surface: Surface,
  model: string,
  extra: CallOptions & { with?: object } = {},
): Promise<Answer> {
  const { with: fields, ...options } = extra
  return bench.client.call({ path: PATHS[surface], body: bodyOf(surface, model, fields), ...options })
}

/** The data of the events, without `[DONE]`. */
function eventsOf({ text: stream }: Answer): Record<string, unknown>[] {
  const data = [...stream.matchAll(/^data: (\{.*)$/gm)]
  return data.map(([, one = '']) => JSON.parse(one) as Record<string, unknown>)
}

const USAGE = chunk({ usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } })
const CHAT_STREAM = wholeStream(['Hel', 'lo']).replace(DONE, USAGE + DONE)
const CHAT_BEGUN = ROLE + text('half')
const MESSAGE_BEGUN = MESSAGE_START + TEXT_START + textDelta('half')
const RESPONSE_BEGUN = RESPONSE_START + outputDelta('half')

describeRuntimes(policiesOf, (bench) => {
  describe('a client before a backend that speaks the same', () => {
    const streams = { messages: messageStream(['Hel', 'lo']), responses: responseStream(['Hel', 'lo']) }

    it.each(['messages', 'responses'] as const)('gets a stream of %s byte for byte', async (surface) => {
      const odd = `: hello\n\n${streams[surface].replaceAll('data: ', 'data:  ')}`
      bench.upstream.reply('second/own', [{ send: odd }])
      const answer = await ask(bench, surface, 'own', { with: { stream: true } })
      expect(answer.text).toBe(odd)
      expect(answer.headers['x-aicc-backend']).toBe('second')
      expect(answer.headers['x-aicc-lost']).toBeUndefined()
      const asked = bench.upstream.requestsFor('second/own').at(-1)
      expect(asked?.path).toBe(`/second${PATHS[surface]}`)
    })

    it.each(['messages', 'responses'] as const)(
      'gets a whole answer of %s byte for byte',
      async (surface) => {
        const odd = `{ "id" : 1.0e400,\n"unknown":"\\u00e9" }\n`
        bench.upstream.reply('second/own', [
          { head: 200, headers: { 'content-type': 'application/json' } },
          { send: odd },
        ])
        const sent = `{"model":"own", "max_tokens":9,\n "input":"hi","messages":[], "x":1e400}`
        const answer = await bench.client.call({ path: PATHS[surface], body: sent })
        expect(answer.text).toBe(odd)
        const asked = bench.upstream.requestsFor('second/own').at(-1)
        expect(asked?.body.toString()).toBe(sent.replace('"own"', '"second/own"'))
      },
    )
  })

  describe('a client before a backend that speaks something else', () => {
    const cases: { surface: Surface; model: string; whole: Reply; stream: string }[] = [
      { surface: 'messages', model: 'hub', whole: completion('Hello'), stream: CHAT_STREAM },
      { surface: 'responses', model: 'hub', whole: completion('Hello'), stream: CHAT_STREAM },
      { surface: 'chat', model: 'own', whole: message('Hello'), stream: messageStream(['Hel', 'lo']) },
      {
        surface: 'responses',
        model: 'claude',
        whole: message('Hello'),
        stream: messageStream(['Hel', 'lo']),
      },
    ]
    const backends: Record<string, string> = { hub: 'mock', own: 'second', claude: 'ollama' }

    it.each(cases)('gets an answer in $surface from $model', async ({ surface, model, whole }) => {
      bench.upstream.reply(`${backends[model]}/${model}`, whole)
      const answer = await ask(bench, surface, model)
      expect(answer.status, answer.text).toBe(200)
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      expect(Number(answer.headers['content-length'] ?? answer.bytes.length)).toBe(answer.bytes.length)
      expect(saidBy(surface, answer.json())).toBe('Hello')
    })

    it.each(cases)('gets a stream of $surface from $model', async ({ surface, model, stream }) => {
      bench.upstream.reply(`${backends[model]}/${model}`, [{ send: stream }])
      const answer = await ask(bench, surface, model, { with: { stream: true } })
      expect(answer.headers['content-type']).toMatch(/^text\/event-stream/)
      expect(streamedBy(surface, eventsOf(answer))).toBe('Hello')
      expect(answer.text.endsWith('\n\n')).toBe(true)
      if (surface === 'chat') expect(answer.text.endsWith(DONE)).toBe(true)
      else expect(answer.text).not.toContain('[DONE]')
    })

    it('hears what was lost, and is refused where policy says lossless', async () => {
      bench.upstream.reply('mock/hub', completion('Hello'))
      const fields = { with: { top_k: 3 } }
      expect((await ask(bench, 'messages', 'hub', fields)).headers['x-aicc-lost']).toBe('top_k')
      const refused = await ask(bench, 'messages', 'strict', fields)
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('`top_k`')])
      expect((await ask(bench, 'messages', 'strict')).status).toBe(200)
    })

    it('is not made to wait for the whole of a stream', async () => {
      bench.upstream.reply('mock/hub', [{ send: ROLE + text('now') }, { stall: true }])
      const answer = await bench.client.open({
        path: PATHS.messages,
        body: bodyOf('messages', 'hub', { stream: true }),
      })
      let got = ''
      for await (const part of answer.body) {
        got += String(part)
        if (got.includes('"text":"now"')) break
      }
      expect(got).toContain('event: content_block_delta')
      answer.vanish()
      const left = await bench.upstream.waitFor(
        'mock/hub',
        ({ closedAt, aborted }) => closedAt !== null && aborted,
      )
      expect(left.aborted).toBe(true)
    })
  })

  describe('an error', () => {
    const anthropic = (type: string): object => ({
      type: 'error',
      error: { type, message: expect.any(String) },
      request_id: expect.any(String),
    })

    it('before the answer has the shape of the client’s protocol', async () => {
      const limit = json(429, { error: { message: 'slow down', type: 'x' } }, { 'retry-after': '7' })
      bench.upstream.reply('second/own', limit)
      bench.upstream.reply('mock/hub', limit)
      for (const model of ['own', 'hub']) {
        const answer = await ask(bench, 'messages', model)
        expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7'])
        expect(answer.json()).toEqual(anthropic('rate_limit_error'))
        expect((await ask(bench, 'responses', model)).error()).toMatchObject({ message: 'slow down' })
      }
    })

    it.each([
      { name: 'a missing key', options: { key: null }, status: 401, type: 'authentication_error' },
      { name: 'a wrong key', options: { key: 'no' }, status: 403, type: 'permission_error' },
      {
        name: 'a path of later',
        options: { path: '/v1/messages/batches' },
        status: 404,
        type: 'not_found_error',
      },
      { name: 'no JSON', options: { body: '{' }, status: 400, type: 'invalid_request_error' },
    ])('of the gateway’s own: $name', async ({ options, status, type }) => {
      const answer = await ask(bench, 'messages', 'own', options)
      expect(answer.status).toBe(status)
      expect(answer.json()).toEqual(anthropic(type))
    })

    const broken: { surface: Surface; model: string; begun: string }[] = [
      { surface: 'messages', model: 'own', begun: MESSAGE_BEGUN },
      { surface: 'messages', model: 'hub', begun: CHAT_BEGUN },
      { surface: 'responses', model: 'own', begun: RESPONSE_BEGUN },
      { surface: 'responses', model: 'hub', begun: CHAT_BEGUN },
      { surface: 'chat', model: 'own', begun: MESSAGE_BEGUN },
    ]
    it.each(broken)(
      'ends a stream of $surface from $model that breaks',
      async ({ surface, model, begun }) => {
        const backend = model === 'own' ? 'second' : 'mock'
        bench.upstream.reply(`${backend}/${model}`, [{ send: begun }, { at: 50 }, { cut: true }])
        const answer = await ask(bench, surface, model, { with: { stream: true } })
        expect(answer.status).toBe(200)
        expect(answer.text).toContain('half')
        const last = eventsOf(answer).at(-1)
        if (surface === 'messages') expect(last).toEqual(anthropic('api_error'))
        else
          expect(surface === 'chat' ? last?.['error'] : last).toMatchObject({ code: 'upstream_interrupted' })
        if (surface !== 'chat') expect(answer.text).toMatch(/\n\nevent: error\ndata: .*\n\n$/)
      },
    )

    it('within a stream is told in the client’s words', async () => {
      bench.upstream.reply('second/own', [{ send: MESSAGE_BEGUN + named(OVERLOADED) }])
      const chat = await ask(bench, 'chat', 'own', { with: { stream: true } })
      expect(eventsOf(chat).at(-1)).toMatchObject({
        error: { code: 'upstream_error', message: expect.stringContaining('Overloaded') },
      })
      bench.upstream.reply('mock/hub', [
        { send: CHAT_BEGUN + frame({ error: { message: 'no', code: 429 } }) },
      ])
      const messages = await ask(bench, 'messages', 'hub', { with: { stream: true } })
      expect(eventsOf(messages).at(-1)).toEqual(anthropic('rate_limit_error'))
    })
  })

  describe('silence', () => {
    it.each([
      { surface: 'messages', model: 'own', late: messageStream(['late']), bridge: named({ type: 'ping' }) },
      { surface: 'messages', model: 'hub', late: wholeStream(['late']), bridge: named({ type: 'ping' }) },
      { surface: 'responses', model: 'hub', late: wholeStream(['late']), bridge: ': keep-alive\n\n' },
    ] as const)('of $model is bridged in $surface', async ({ surface, model, late, bridge }) => {
      const backend = model === 'own' ? 'second' : 'mock'
      bench.upstream.reply(`${backend}/${model}-quiet`, [{ at: 700 }, { send: late }])
      const answer = await ask(bench, surface, `${model}-quiet`, { with: { stream: true } })
      expect(answer.text.startsWith(bridge)).toBe(true)
      expect(streamedBy(surface, eventsOf(answer))).toBe('late')
    })
  })

  it.each([
    { model: 'own-first', fails: 'second', takes: 'mock', answer: completion('Hello') },
    { model: 'hub-first', fails: 'mock', takes: 'second', answer: message('Hello') },
  ])('falls back from one protocol to another: $model', async ({ model, fails, takes, answer: reply }) => {
    bench.upstream.reply(`${fails}/${model}`, json(500, { error: 'broken' }))
    bench.upstream.reply(`${takes}/${model}`, reply)
    const answer = await ask(bench, 'messages', model)
    expect(saidBy('messages', answer.json())).toBe('Hello')
    expect(answer.headers['x-aicc-backend']).toBe(takes)
    expect(answer.headers['x-aicc-attempts']).toBe('2')
  })

  it('books what was used, whoever says it in whatever words', async () => {
    bench.upstream.reply('second/own-usage', [{ send: messageStream(['Hel', 'lo']) }])
    bench.upstream.reply('mock/hub-usage', [{ send: CHAT_STREAM }])
    for (const model of ['own-usage', 'hub-usage']) {
      const answer = await ask(bench, 'messages', model, { with: { stream: true } })
      expect(streamedBy('messages', eventsOf(answer))).toBe('Hello')
    }
    const used = async (): Promise<unknown[]> => {
      const report = await fetchUsage(join(bench.gateway.folder, 'state'), { by: 'model' }, {})
      if (report.kind !== 'usage') throw new Error(JSON.stringify(report))
      return report.report.rows.filter(({ name }) => name?.endsWith('-usage') === true)
    }
    const row = { requests: 1, failed: 0, inputTokens: 7, outputTokens: 2 }
    await expect.poll(used).toEqual([expect.objectContaining(row), expect.objectContaining(row)])
  })

  it('counts tokens: where the backend does, and by its own estimate', async () => {
    bench.upstream.reply('second/own', json(200, { input_tokens: 42 }))
    const path = '/v1/messages/count_tokens'
    const counted = await ask(bench, 'messages', 'own', { path })
    expect([counted.json(), counted.headers['x-aicc-estimated']]).toEqual([{ input_tokens: 42 }, undefined])
    const before = bench.upstream.requests.length
    const estimated = await ask(bench, 'messages', 'hub', { path })
    expect(estimated.json()).toEqual({ input_tokens: expect.any(Number) })
    expect(estimated.headers['x-aicc-estimated']).toBe('true')
    expect(bench.upstream.requests.length).toBe(before)
  })

  it('has nothing kept by backends that may not keep it', async () => {
    const answer = await ask(bench, 'responses', 'forgetful', { with: { store: true } })
    expect(answer.headers['x-aicc-lost']).toBe('store')
    const [asked] = bench.upstream.requestsFor('litellm/forgetful')
    expect(JSON.parse(asked?.body.toString() ?? '')).toMatchObject({ store: false })
  })

  it('takes the key of Anthropic’s clients, and lists models for them', async () => {
    const headers = { 'x-api-key': bench.gateway.clientKey, 'anthropic-version': '2023-06-01' }
    const answer = await bench.client.call({ key: null, headers })
    expect(answer.json()).toMatchObject({ has_more: false, first_id: expect.any(String) })
    expect((await bench.client.call()).json()).toMatchObject({ object: 'list' })
  })
})

function saidBy(surface: Surface, answer: unknown): unknown {
  const found = JSON.stringify(answer).match(surface === 'chat' ? /"content":"([^"]*)"/ : /"text":"([^"]*)"/)
  return found?.[1]
}

/** What the deltas of a stream say together. */
function streamedBy(surface: Surface, events: readonly Record<string, unknown>[]): string {
  return events
    .map((event) => {
      const { delta, choices, type } = event as {
        delta?: { text?: string } | string
        choices?: { delta?: { content?: string } }[]
        type?: string
      }
      if (surface === 'chat') return choices?.[0]?.delta?.content ?? ''
      if (typeof delta === 'string') return type === 'response.output_text.delta' ? delta : ''
      return delta?.text ?? ''
    })
    .join('')
}
