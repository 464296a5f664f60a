/** Streamed answers of chat as OpenAI's own client reads them from the events of a response. */
import * as fc from 'fast-check'
import OpenAI, { APIError } from 'openai'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { responses } from '../../src/protocols/dialects/responses.ts'
import { responsesToChat } from '../../src/protocols/translate/responses-to-chat/responses-to-chat.ts'
import { translationOf } from '../../src/protocols/translate/translations.ts'
import { rejectionOf } from '../src/error-of.ts'
import { messageAnswer, messageTrace } from '../src/protocols/translate/message-trace.ts'
import {
  ASKED,
  chunk,
  wholeAnswer,
  type ChatAnswer,
} from '../src/protocols/translate/responses-to-chat/chat-answers.ts'
import { createTape, decisions, said as anythingSaid } from '../src/protocols/translate/said.ts'
import { translateTrace } from '../src/protocols/translate/translate-trace.ts'

/** What chat answers the client's next request with. */
interface Wire {
  whole: Record<string, unknown>
  events: string
}

/** A client whose server is the translation. */
function clientOf(wire: () => Wire): OpenAI {
  return new OpenAI({
    apiKey: 'k',
    baseURL: 'http://gateway.invalid/v1',
    maxRetries: 0,
    fetch: async (_url, init) => {
      const { whole, events } = wire()
      const asked: unknown = JSON.parse(typeof init?.body === 'string' ? init.body : '{}')
      return typeof asked === 'object' && asked !== null && 'stream' in asked && asked.stream === true
        ? new Response(events, { headers: { 'content-type': 'text/event-stream' } })
        : Response.json(responsesToChat.answer(whole, ASKED))
    },
  })
}

function translated(chunks: readonly string[]): string {
  const stream = responsesToChat.stream(ASKED)
  return chunks.map((data) => stream.push({ name: null, data })).join('') + stream.end()
}

/** Pieces of a text, none of them empty; they may part what makes one character. */
function pieces(whole: string, places: readonly number[]): string[] {
  const all = [...new Set(places.map((place) => place % Math.max(1, whole.length)))].toSorted((a, b) => a - b)
  return [0, ...all].map((from, i) => whole.slice(from, all[i])).filter((piece) => piece !== '')
}

const cuts = fc.array(fc.nat(), { maxLength: 5 })
const text = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '🔑', ' '),
  minLength: 1,
  maxLength: 20,
})
const call = fc.record({
  name: fc.constantFrom('add', 'get_weather', 'x'),
  args: fc
    .dictionary(text, fc.oneof(text, fc.integer()), { maxKeys: 3 })
    .map((object) => JSON.stringify(object)),
})

interface Trace {
  answer: ChatAnswer
  chunks: string[]
}

/** An answer and one of the ways to stream it: any pieces, pieces of several calls in turn. */
const trace: fc.Arbitrary<Trace> = fc
  .record({
    reasoning: fc.option(text, { nil: undefined }),
    text: fc.option(text, { nil: undefined }),
    refusal: fc.option(text, { nil: undefined }),
    calls: fc.array(call, { maxLength: 3 }),
    finish: fc.constantFrom('stop', 'tool_calls', 'length', 'content_filter'),
    withUsage: fc.boolean(),
    cuts,
    turns: fc.array(fc.nat(), { maxLength: 30 }),
    /** How servers tell calls apart. */
    book: fc.constantFrom('index', 'index-and-id', 'id'),
  })
  .map(({ reasoning, text: said, refusal, calls, finish, withUsage, cuts: places, turns, book }) => {
    const named = calls.map((one, i) => ({ id: `call_${i}`, ...one }))
    const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }
    const answer: ChatAnswer = {
      ...(reasoning !== undefined && { reasoning }),
      ...(said !== undefined && { text: said }),
      ...(refusal !== undefined && { refusal }),
      ...(named.length > 0 && { calls: named }),
      finish,
      ...(withUsage && { usage }),
    }
    // Not by the book, a call has one piece with its name, or nobody could tell whose the others are.
    const queues = named.map(({ id, name, args }, index) => {
      const piece = (called: object, more = {}): object =>
        Object.assign({ function: called }, book !== 'id' && { index }, book !== 'index' && { id }, more)
      const [first = '', ...others] = book === 'index' ? pieces(name, places) : [name]
      return [piece({ name: first, arguments: '' }, { id, type: 'function' })].concat(
        others.map((next) => piece({ name: next })),
        pieces(args, places).map((next) => piece({ arguments: next })),
      )
    })
    return {
      answer,
      chunks: [
        chunk({ role: 'assistant', content: '' }),
        ...pieces(reasoning ?? '', places).map((piece) => chunk({ reasoning_content: piece })),
        ...pieces(said ?? '', places).map((piece) => chunk({ content: piece })),
        ...pieces(refusal ?? '', places).map((piece) => chunk({ refusal: piece })),
        ...inTurn(queues, turns).map((piece) => chunk({ tool_calls: [piece] })),
        chunk({}, { finish_reason: finish }),
        ...(withUsage ? [chunk(null, { usage })] : []),
        '[DONE]',
      ],
    }
  })

/** All pieces, those of each queue in order; a queue begins with all of its name, after those before it have begun. */
function inTurn(queues: readonly object[][], turns: readonly number[]): object[] {
  const rest = queues.map((queue) => [...queue])
  const order: object[] = []
  let begun = 0
  for (const turn of [...turns, ...Array.from({ length: 200 }, (_, i) => i)]) {
    const which = turn % Math.min(begun + 1, Math.max(1, rest.length))
    const queue = rest[which]
    if (queue === undefined) break
    if (which === begun) {
      const named = queue.findIndex((piece) => 'function' in piece && !hasName(piece.function))
      order.push(...queue.splice(0, named === -1 ? queue.length : named))
      begun += 1
    } else order.push(...queue.splice(0, 1))
  }
  return order
}

function hasName(called: unknown): boolean {
  return typeof called === 'object' && called !== null && 'name' in called
}

describe('a streamed response', () => {
  let wire: Wire = { whole: {}, events: '' }
  const client = clientOf(() => wire)
  const request = { model: 'fast', input: 'hi' }

  it("is to OpenAI's client what the whole answer is, in whatever pieces it came", async () => {
    await fc.assert(
      fc.asyncProperty(trace, async ({ answer, chunks }) => {
        wire = { whole: wholeAnswer(answer), events: translated(chunks) }
        const streamed = await client.responses.stream(request).finalResponse()
        const whole = await client.responses.parse(request)
        expect(plain(streamed)).toEqual(plain(whole))
        expect(streamed.output_text).toBe(answer.text ?? '')
      }),
      { numRuns: 30 },
    )
  })

  it('can be put together from its events alone, without what the last one repeats', async () => {
    await fc.assert(
      fc.asyncProperty(trace, async ({ answer, chunks }) => {
        const events = translated(chunks)
        wire = { whole: wholeAnswer(answer), events: withoutRepeats(events) }
        const streamed = await client.responses.stream(request).finalResponse()
        const whole = await client.responses.parse(request)
        expect(plain(streamed).output).toEqual(plain(whole).output)
      }),
      { numRuns: 30 },
    )
  })

  it('is the same from a backend of messages, by way of chat', async () => {
    await fc.assert(
      fc.asyncProperty(anythingSaid, decisions, async (spoken, numbers) => {
        const translation = translationOf('responses', 'messages')
        const body = { model: 'fast', input: 'hi', stream: true }
        const message = messageTrace(spoken, createTape(numbers))
        wire = { whole: {}, events: translateTrace(translation.stream({ ...ASKED, body }), message) }
        const streamed = plain(await client.responses.stream(request).finalResponse())
        const whole = plain(translation.answer(messageAnswer(spoken), { ...ASKED, body }))
        // Calls are written anew in a whole answer, and as they come in a stream.
        expect(withCallsRead(streamed.output)).toEqual(withCallsRead(whole.output))
        expect(streamed).toMatchObject({ status: whole.status, usage: whole.usage })
      }),
      { numRuns: 30 },
    )
  })

  it('that fails on the way is an error to the client, wherever it breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(trace, fc.nat(), async ({ chunks }, from) => {
        const stream = responsesToChat.stream(ASKED)
        const begun = chunks.slice(0, 1 + (from % chunks.length))
        const events = begun.map((data) => stream.push({ name: null, data })).join('')
        const failure = new GatewayError('upstream_interrupted', 'The backend broke off.')
        const frame = responses.errorFrame(failure, {
          last: new TextEncoder().encode(events),
          requestId: 'r',
        })
        wire = { whole: {}, events: events + frame }
        const error = await rejectionOf(client.responses.stream(request).finalResponse())
        expect(error).toBeInstanceOf(APIError)
        expect(error).toMatchObject({
          code: 'upstream_interrupted',
          message: expect.stringContaining('broke off'),
        })
      }),
      { numRuns: 20 },
    )
  })

  it('says in pieces what it says at the end', () => {
    fc.assert(
      fc.property(trace, ({ answer, chunks }) => {
        const said = new Map<string, string>()
        for (const { type, output_index: at, delta } of eventsOf(translated(chunks))) {
          const key = `${type} ${at}`
          if (delta !== undefined) said.set(key, (said.get(key) ?? '') + delta)
        }
        const { reasoning, text: spoken, refusal, calls = [] } = answer
        const args = calls.map((one) => one.args)
        expect([...said.values()].toSorted()).toEqual(
          [reasoning, spoken, refusal, ...args].filter((one) => one !== undefined).toSorted(),
        )
      }),
      { numRuns: 100 },
    )
  })
})

interface Plain {
  output: unknown
  status: unknown
  usage: unknown
}

/** Without what the client adds in one way of asking and not in the other. */
function plain(response: unknown): Plain {
  const bare = (key: string, value: unknown): unknown => (key.includes('parsed') ? undefined : value)
  return JSON.parse(JSON.stringify(response, bare)) as Plain
}

function withCallsRead(output: unknown): unknown {
  const read = (key: string, value: unknown): unknown =>
    key === 'arguments' && typeof value === 'string' && value !== '' ? JSON.parse(value) : value
  return JSON.parse(JSON.stringify(output), read)
}

interface Event {
  type: string
  output_index?: number
  delta?: string
  response?: { output?: unknown }
}

function eventsOf(stream: string): Event[] {
  return [...stream.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Event)
}

/** The client puts the output together itself where the last event brings none. */
function withoutRepeats(stream: string): string {
  return eventsOf(stream)
    .map((event) => {
      if (event.type !== 'response.created') delete event.response?.output
      return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    })
    .join('')
}
