/** The gateway as OpenAI's own document describes it: its examples are asked, and what comes back is held against it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { SURFACES } from '../../src/protocols/surfaces.ts'
import { createResponseStream } from '../../src/protocols/translate/responses-to-chat/response-stream.ts'
import { toResponse } from '../../src/protocols/translate/responses-to-chat/to-response.ts'
import { hasOpenapi, openapiNote, openapiText, readOpenapi, type Validate } from '../openapi-document.ts'
import { readOperations, type Example, type Operation } from '../openapi-operations.ts'
import {
  ASKED,
  chunk as delta,
  wholeAnswer,
} from '../src/protocols/translate/responses-to-chat/chat-answers.ts'
import { chunk, completion, DONE, json, ROLE, text, type Reply } from '../upstream/reply.ts'
import type { Answer } from './harness/client.ts'
import { describeRuntimes, type Bench } from './harness/describe-runtimes.ts'
import { testPolicies } from './harness/policies.ts'
import type { Policies } from './harness/start-gateway.ts'

const RESPONSES = '/responses'
const CREATED = 1_700_000_000

/** What a backend answers in its own protocol. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/completions': {
    id: 'c',
    object: 'text_completion',
    created: CREATED,
    model: 'm',
    choices: [{ index: 0, text: 'a', finish_reason: 'stop', logprobs: null }],
  },
  '/embeddings': {
    object: 'list',
    model: 'm',
    data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
    usage: { prompt_tokens: 1, total_tokens: 1 },
  },
  '/chat/completions': wholeAnswer({ text: 'ok', finish: 'stop' }),
  '/responses': toResponse(wholeAnswer({ text: 'ok', finish: 'stop' }), ASKED),
}

const CHAT_STREAM = ROLE + text('o') + text('k') + chunk({ finish: 'stop' }) + DONE
const STREAMS: Readonly<Record<string, string>> = {
  '/completions': `data: ${JSON.stringify(ANSWERS['/completions'])}\n\n${DONE}`,
  '/chat/completions': CHAT_STREAM,
  '/responses': responseStream(['o', 'k']),
}

function responseStream(words: readonly string[]): string {
  const stream = createResponseStream(ASKED)
  return words.map((content) => stream.push({ name: null, data: delta({ content }) })).join('') + stream.end()
}

/** The document contradicts itself here: it gives examples that are none by its own schemas. */
const CONTRADICTED = new Set(['/responses Image input', '/responses File input', '/responses Functions'])

/** What chat cannot say, and the field that says so. */
const REFUSED: Readonly<Record<string, string>> = {
  'File input': 'input[0].content[1].file_url',
  'Web search': 'tools[0]',
  'File search': 'tools[0]',
}

/** Streams that the gateway does not know as such. */
const UNSERVED = new Set(['/images/generations Streaming'])

/** Of errors, and of operations whose requests or answers are no JSON. */
const OTHERS = [
  'ErrorResponse',
  'CreateSpeechRequest',
  'CreateTranscriptionResponseJson',
  'CreateTranslationResponseJson',
]

const OPERATIONS: readonly Operation[] = hasOpenapi
  ? readOperations(openapiText(), [
      { path: '/chat/completions', method: 'post' },
      { path: '/completions', method: 'post' },
      { path: '/embeddings', method: 'post' },
      { path: RESPONSES, method: 'post' },
      { path: '/moderations', method: 'post' },
      { path: '/images/generations', method: 'post' },
      { path: '/models', method: 'get' },
      { path: '/models/{model}', method: 'get' },
    ])
  : []

/** `native` is answered in whatever protocol is asked, `hub` in chat alone. */
function policiesOf(upstream: string): Policies {
  const policies = testPolicies(upstream, { models: { native: { on: ['second'] }, hub: {} } })
  const { second, mock } = policies.backends.backends
  Object.assign(second ?? {}, { speaks: SURFACES.map(({ surface }) => surface) })
  Object.assign(mock ?? {}, { speaks: ['chat'] })
  for (const model of Object.values(policies.policy.models)) Object.assign(model, { serverTools: 'allow' })
  return policies
}

/** What a backend of this protocol answers: if we have nothing, what the document gives as an example. */
function answerOf({ path, examples }: Operation, example: Example): Reply {
  if (!isWhole(example)) return [{ send: STREAMS[path] ?? '' }]
  return json(200, ANSWERS[path] ?? JSON.parse(examples.findLast(isWhole)?.response ?? ''))
}

function isWhole({ request }: Example): boolean {
  return request?.['stream'] !== true
}

/** The data of a stream's events; `[DONE]` is none. */
function eventsOf({ text: stream }: Answer): unknown[] {
  return [...stream.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data))
}

describe.skipIf(!hasOpenapi)(`the gateway and OpenAI's document${openapiNote}`, () => {
  let validate: Validate

  beforeAll(() => {
    const names = OPERATIONS.flatMap(({ request, answer, event }) => [request, answer, event])
    validate = readOpenapi([...names.filter((name) => name !== null), ...OTHERS])
  })

  /** An answer, streamed or not, is what the operation says. */
  const expectAnswer = (answer: Answer, operation: Operation, streamed: boolean): void => {
    expect(answer.status, answer.text).toBe(200)
    if (!streamed) {
      expect(validate(operation.answer ?? '', answer.json())).toBeNull()
      return
    }
    const events = eventsOf(answer)
    expect(events).not.toEqual([])
    // The document has no schema of its own for the events of completions.
    const schema = operation.event ?? operation.answer ?? ''
    for (const event of events) expect(validate(schema, event), JSON.stringify(event)).toBeNull()
  }

  const lastBody = (bench: Bench, model: string): unknown =>
    JSON.parse(bench.upstream.requestsFor(model).at(-1)?.body.toString() ?? 'null')

  describeRuntimes(policiesOf, (bench) => {
    describe.each(OPERATIONS.filter(({ method }) => method === 'post'))('at $path', (operation) => {
      it.each(operation.examples.filter(({ title }) => !UNSERVED.has(`${operation.path} ${title}`)))(
        'pass the example on and back: $title',
        async (example) => {
          const body = { ...example.request, model: 'native' }
          const judged = (sent: unknown): void => {
            if (CONTRADICTED.has(`${operation.path} ${example.title}`)) return
            expect(validate(operation.request ?? '', sent)).toBeNull()
          }
          judged(body)
          bench.upstream.reply('second/native', answerOf(operation, example))
          const answer = await bench.client.call({ path: `/v1${operation.path}`, body })
          expectAnswer(answer, operation, !isWhole(example))
          judged(lastBody(bench, 'second/native'))
        },
      )
    })

    describe.each(OPERATIONS.filter(({ path }) => path === RESPONSES))(
      'at $path, before chat',
      (operation) => {
        it.each(operation.examples)('translate or refuse the example: $title', async (example) => {
          const streamed = !isWhole(example)
          bench.upstream.reply('mock/hub', streamed ? [{ send: CHAT_STREAM }] : completion('ok'))
          const before = bench.upstream.requestsFor('mock/hub').length
          const body = { ...example.request, model: 'hub' }
          const answer = await bench.client.call({ path: '/v1/responses', body })
          const param = REFUSED[example.title]
          if (param === undefined) {
            expectAnswer(answer, operation, streamed)
            expect(validate('CreateChatCompletionRequest', lastBody(bench, 'mock/hub'))).toBeNull()
            return
          }
          expect(answer.status).toBe(400)
          expect(answer.error()).toMatchObject({ code: 'not_translatable', param })
          expect(validate('ErrorResponse', answer.json())).toBeNull()
          expect(bench.upstream.requestsFor('mock/hub')).toHaveLength(before)
        })
      },
    )

    it('passes on what is to be spoken, and the sound back', async () => {
      const sound = Buffer.from([0xff, 0xfb, 0x00, 0x0d, 0x0a])
      bench.upstream.reply('second/native', [
        { head: 200, headers: { 'content-type': 'audio/mpeg' } },
        { send: sound },
      ])
      const body = { model: 'native', input: 'hi', voice: 'alloy' }
      const answer = await bench.client.call({ path: '/v1/audio/speech', body })
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'audio/mpeg'])
      expect(answer.bytes).toEqual(sound)
      expect(validate('CreateSpeechRequest', lastBody(bench, 'second/native'))).toBeNull()
    })

    it.each([
      ['transcriptions', 'CreateTranscriptionResponseJson'],
      ['translations', 'CreateTranslationResponseJson'],
    ])('passes on what was spoken for %s, and the text back', async (name, schema) => {
      bench.upstream.reply('second/native', json(200, { text: 'hi' }))
      const form = new FormData()
      form.set('model', 'native')
      form.set('file', new File([new Uint8Array([0, 13, 10, 255])], 'a.wav', { type: 'audio/wav' }))
      const request = new Request('http://x', { method: 'POST', body: form })
      const answer = await bench.client.call({
        path: `/v1/audio/${name}`,
        headers: { 'content-type': request.headers.get('content-type') ?? '' },
        body: new Uint8Array(await request.arrayBuffer()),
      })
      expect(answer.status, answer.text).toBe(200)
      expect(validate(schema, answer.json())).toBeNull()
    })

    it.each(OPERATIONS.filter(({ method }) => method === 'get'))('agree on $path', async (operation) => {
      const path = `/v1${operation.path.replace('{model}', 'native')}`
      expectAnswer(await bench.client.call({ path }), operation, false)
    })

    it.each([
      { name: 'no key', status: 401, call: { key: null } },
      { name: 'a wrong key', status: 403, call: { key: 'nobody' } },
      { name: 'an unknown path', status: 404, call: { path: '/v1/none', method: 'POST', body: {} } },
      { name: 'an unknown model', status: 404, call: { body: { model: 'none', messages: [] } } },
      { name: 'what is no JSON', status: 400, call: { body: '{' } },
      {
        name: 'state',
        status: 400,
        call: { path: '/v1/responses', body: { model: 'hub', input: 'a', previous_response_id: 'b' } },
      },
      { name: 'a wrong method', status: 405, call: { path: '/v1/responses', method: 'GET' } },
    ])('agree on the error for $name', async ({ status, call }) => {
      const answer = await bench.client.call(call)
      expect(answer.status).toBe(status)
      expect(validate('ErrorResponse', answer.json())).toBeNull()
    })
  })
})
