/** What is not ours to judge goes through byte for byte, in both directions. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DONE, ROLE, chunk, completion, frame, text } from '../upstream/reply.ts'
import type { Step } from '../upstream/reply.ts'
import { askOf, streamOf } from './harness/client.ts'
import { describeRuntimes } from './harness/describe-runtimes.ts'
import type { Bench } from './harness/describe-runtimes.ts'

const options = {
  models: {
    plain: {},
    property: {},
    frames: {},
    lite: { on: ['litellm' as const] },
    'lite-property': { on: ['litellm' as const] },
    llama: { on: ['ollama' as const] },
    second: { on: ['second' as const] },
  },
}

/** The two fields that a LiteLLM backend gets on top. */
const LITELLM_FIELDS = '"num_retries":0,"disable_fallbacks":true'

function lastBody(bench: Bench, model: string): string {
  return bench.upstream.requestsFor(model).at(-1)?.body.toString() ?? '(no request)'
}

/** A JSON object with `model` at any place and in any layout; the hole marks where its value stands. */
const HOLE = '@@model@@'
const documents = fc
  .record({
    before: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
    after: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 4,
    }),
    indent: fc.constantFrom('', ' ', '\t', '    '),
    spaces: fc.constantFrom('', ' ', '\r\n', '\t\t'),
  })
  .map(({ before, after, indent, spaces }) => {
    const own = (o: Record<string, unknown>, mark: string): [string, unknown][] =>
      Object.entries(o).map(([key, value]) => [`${mark}${key}`, value])
    const whole = Object.fromEntries([...own(before, 'b_'), ['model', HOLE], ...own(after, 'a_')])
    return (
      spaces + JSON.stringify(whole, null, indent).replace('"model":', `"model"${spaces}:${spaces}`) + spaces
    )
  })

/** Whole events in the layouts that servers use, content first so that the stream has begun. */
const events = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }).map((content) => text(content)),
    fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((t) => `: ${t.replaceAll(/[\r\n]/g, ' ')}\n\n`),
    fc.constantFrom(
      'event: message\nid: 7\ndata: {"choices":[{"delta":{"content":"x"}}]}\n\n',
      'data:{"choices":[{"delta":{"content":"no space"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"crlf"}}]}\r\n\r\n',
      'data: {"choices":[],\ndata: "two":"lines"}\n\n',
      'retry: 3000\n\n',
      '\n',
      chunk({ delta: { tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] } }),
      frame({
        obfuscation: 'zzz',
        choices: [{ index: 0, delta: {}, finish_reason: null }],
        unknown: { x: null },
      }),
    ),
  ),
  { minLength: 1, maxLength: 12 },
)

describeRuntimes(options, (bench) => {
  describe('a request', () => {
    it('reaches the backend as it came but for the model id', async () => {
      const body =
        '{ "messages" : [{"role":"user","content":"h\\u00e9 \\ud83d\\ude00 é 😀"}],\n\t"model":\t"plain" ,' +
        '"x_unknown":{"deep":[1.0,1e2,-0.0,null,true]},"temperature":0.70,"logit_bias":{"50256":-100},"stream":false }'
      await bench.client.chat(body)
      expect(lastBody(bench, 'mock/plain')).toBe(body.replace('"plain"', '"mock/plain"'))
    })

    it('keeps tools, stream options and whatever it carries (property)', async () => {
      await fc.assert(
        fc.asyncProperty(documents, async (document) => {
          const body = document.replace(HOLE, 'property')
          expect((await bench.client.chat(body)).status).toBe(200)
          expect(lastBody(bench, 'mock/property')).toBe(document.replace(HOLE, 'mock/property'))
        }),
        { numRuns: 60 },
      )
    })

    it('has two documented fields more for LiteLLM (property)', async () => {
      await fc.assert(
        fc.asyncProperty(documents, async (document) => {
          expect((await bench.client.chat(document.replace(HOLE, 'lite-property'))).status).toBe(200)
          const got = lastBody(bench, 'litellm/lite-property')
          const sent = document.replace(HOLE, 'litellm/lite-property')
          expect(got).toBe(sent.replace('{', `{${LITELLM_FIELDS},`))
          expect(JSON.parse(got)).toMatchObject({ num_retries: 0, disable_fallbacks: true })
        }),
        { numRuns: 30 },
      )
    })

    it('has nothing more for Ollama and other compatible servers', async () => {
      for (const [model, id, path] of [
        ['llama', 'ollama/llama', '/v1/chat/completions'],
        ['second', 'second/second', '/second/v1/chat/completions'],
      ] as const) {
        await bench.client.chat(askOf(model))
        expect(lastBody(bench, id)).toBe(JSON.stringify(askOf(id)))
        expect(bench.upstream.requestsFor(id).at(-1)?.path).toBe(path)
      }
    })

    it('takes the model by its escaped name, as JSON does', async () => {
      await bench.client.chat('{"mod\\u0065l":"pl\\u0061in","messages":[]}')
      expect(lastBody(bench, 'mock/plain')).toBe('{"mod\\u0065l":"mock/plain","messages":[]}')
    })

    it.each(['completions', 'embeddings'])('to /v1/%s goes to the same path there', async (surface) => {
      const body = {
        model: 'plain',
        input: ['a', 'b'],
        prompt: 'p',
        encoding_format: 'base64',
        extra: [null],
      }
      await bench.client.call({ path: `/v1/${surface}`, body })
      const seen = bench.upstream.requestsFor('mock/plain').at(-1)
      expect(seen?.path).toBe(`/v1/${surface}`)
      expect(seen?.body.toString()).toBe(JSON.stringify({ ...body, model: 'mock/plain' }))
    })
  })

  it('that asks for a stream of embeddings gets what the backend makes of it', async () => {
    const vectors = '{"object":"list","data":[{"embedding":[0.5]}]}'
    bench.upstream.reply('mock/plain', [
      { head: 200, headers: { 'content-type': 'application/json' } },
      { send: vectors },
    ])
    const body = { model: 'plain', input: 'a', stream: true }
    const answer = await bench.client.call({ path: '/v1/embeddings', body })
    bench.upstream.reply('mock/plain', completion('ok'))
    expect([answer.status, answer.text]).toEqual([200, vectors])
    expect(lastBody(bench, 'mock/plain')).toBe(JSON.stringify({ ...body, model: 'mock/plain' }))
  })

  describe('an answer', () => {
    it('that is not streamed comes back byte for byte', async () => {
      const body =
        '{ "id" : "x", "choices":[{"message":{"content":"é😀\\u00e9"}}], "n":1.50, "unknown":{"a":null} }\n'
      bench.upstream.reply('mock/plain', [
        { head: 200, headers: { 'content-type': 'application/json' } },
        { send: body },
      ])
      const answer = await bench.client.chat(askOf('plain'))
      bench.upstream.reply('mock/plain', completion('ok'))
      expect(answer.text).toBe(body)
    })

    it('that is large comes back whole', async () => {
      const content = 'large '.repeat(1_000_000)
      bench.upstream.reply('mock/plain', completion(content))
      const answer = await bench.client.chat(askOf('plain'))
      bench.upstream.reply('mock/plain', completion('ok'))
      expect(
        (answer.json() as { choices: [{ message: { content: string } }] }).choices[0].message.content,
      ).toBe(content)
    })

    it('that is streamed comes back byte for byte under any split (property)', async () => {
      await fc.assert(
        fc.asyncProperty(
          events,
          fc.array(fc.nat(), { maxLength: 12 }),
          fc.boolean(),
          async (middle, cuts, paced) => {
            const bytes = Buffer.from(
              [ROLE, text('first'), ...middle, chunk({ finish: 'stop' }), DONE].join(''),
            )
            bench.upstream.reply('mock/frames', split(bytes, cuts, paced))
            const answer = await bench.client.chat(streamOf('frames'))
            expect(answer.status).toBe(200)
            expect(answer.headers['content-type']).toMatch(/^text\/event-stream/)
            expect(answer.text).toBe(bytes.toString())
            expect(answer.bytes.equals(bytes)).toBe(true)
          },
        ),
        { numRuns: 80 },
      )
    })

    it('that is streamed byte by byte is no different', async () => {
      const bytes = Buffer.from(`${ROLE}${text('é😀')}${chunk({ finish: 'stop' })}${DONE}`)
      bench.upstream.reply('mock/frames', split(bytes, [...bytes.keys()], false))
      expect((await bench.client.chat(streamOf('frames'))).bytes.equals(bytes)).toBe(true)
    })

    it('keeps an event that is larger than any buffer', async () => {
      const bytes = ROLE + text('x'.repeat(300_000)) + text('y') + chunk({ finish: 'stop' }) + DONE
      bench.upstream.reply('mock/frames', split(Buffer.from(bytes), [1000, 70_000, 200_000], true))
      expect((await bench.client.chat(streamOf('frames'))).text).toBe(bytes)
    })
  })
})

/** The bytes in pieces that begin at the given places (modulo their number). */
function split(bytes: Buffer, cuts: readonly number[], paced: boolean): Step[] {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)
  const steps: Step[] = []
  let from = 0
  for (const [i, place] of [...places, bytes.length].entries()) {
    if (paced) steps.push({ at: i * 3 })
    if (place > from) steps.push({ send: bytes.subarray(from, place) })
    from = place
  }
  return steps
}
