/** Whatever a client or a backend sends: a body, a refusal that names a field, or a TypeError, and nothing in between. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { responsesToChat } from '../../src/protocols/translate/responses-to-chat/responses-to-chat.ts'
import { errorOf } from '../src/error-of.ts'
import { ASKED } from '../src/protocols/translate/responses-to-chat/chat-answers.ts'

const junk = fc.oneof(
  { withCrossShrink: true },
  fc.constantFrom(null, true, '', 'auto', 0, -1, 'function', 'message'),
  fc.jsonValue({ maxDepth: 2 }),
)

/** An object with some of these members, each of them what it should be or anything else. */
function oddly(
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Record<string, unknown>> {
  const odd = Object.entries(members).map(
    ([name, value]) => [name, fc.oneof({ weight: 5, arbitrary: value }, junk)] as const,
  )
  return fc.record(Object.fromEntries(odd), { requiredKeys: [] })
}

/** A list of these, and of anything else. */
function oddList(one: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  return fc.array(fc.oneof({ weight: 5, arbitrary: one }, junk), { maxLength: 3 })
}

const part = oddly({
  type: fc.constantFrom('input_text', 'output_text', 'refusal', 'input_image', 'input_file', 'input_audio'),
  text: fc.string(),
  refusal: fc.string(),
  image_url: fc.webUrl(),
  detail: fc.constantFrom('auto', 'low', 'original'),
  file_data: fc.string(),
})
const content = fc.oneof(fc.string(), oddList(part))
const item = oddly({
  type: fc.constantFrom('message', 'function_call', 'function_call_output', 'reasoning'),
  role: fc.constantFrom('user', 'assistant', 'system', 'developer'),
  content,
  output: content,
  call_id: fc.string(),
  name: fc.string(),
  arguments: fc.string(),
})
const tool = oddly({
  type: fc.constant('function'),
  name: fc.string(),
  parameters: fc.constant({}),
  strict: fc.boolean(),
})
const request = oddly({
  input: fc.oneof(fc.string(), oddList(item)),
  instructions: fc.string(),
  tools: oddList(tool),
  tool_choice: fc.oneof(
    fc.constantFrom('auto', 'none', 'required'),
    oddly({ type: fc.constantFrom('function', 'allowed_tools'), name: fc.string(), tools: fc.array(tool) }),
  ),
  text: oddly({ format: oddly({ type: fc.constantFrom('text', 'json_schema'), name: fc.string() }) }),
  reasoning: oddly({ effort: fc.constant('low'), summary: fc.constant('auto') }),
  include: oddList(fc.string()),
  stream: fc.boolean(),
  store: fc.boolean(),
})

const call = oddly({
  index: fc.nat(2),
  id: fc.string(),
  function: oddly({ name: fc.string(), arguments: fc.string() }),
})
const said = oddly({
  content: fc.string(),
  reasoning: fc.string(),
  refusal: fc.string(),
  tool_calls: oddList(call),
})
const answer = oddly({
  model: fc.string(),
  choices: oddList(
    oddly({ message: said, delta: said, finish_reason: fc.constantFrom('stop', 'length'), logprobs: junk }),
  ),
  usage: oddly({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), prompt_tokens_details: junk }),
})

describe('nonsense', () => {
  it('as a request is refused by the name of a field, or translated', () => {
    fc.assert(
      fc.property(request, (body) => {
        const before = structuredClone(body)
        const error = errorOf(() => responsesToChat.request(body))
        expect(body).toEqual(before)
        if (error === undefined) return
        expect(error).toBeInstanceOf(GatewayError)
        expect(error).toMatchObject({ status: 400, options: { param: expect.stringMatching(/^[a-z]/) } })
      }),
      { numRuns: 300 },
    )
  })

  it('as an answer is a TypeError or a response', () => {
    fc.assert(
      fc.property(answer, request, (whole, body) => {
        let response: unknown
        const error = errorOf(() => (response = responsesToChat.answer(whole, { ...ASKED, body })))
        if (error === undefined) expect(response).toMatchObject({ object: 'response', error: null })
        else expect(error).toBeInstanceOf(TypeError)
      }),
      { numRuns: 300 },
    )
  })

  it('within a stream is a TypeError, or the stream goes on and ends with a response', () => {
    fc.assert(
      fc.property(oddList(answer), (chunks) => {
        const stream = responsesToChat.stream(ASKED)
        let text = ''
        for (const chunk of chunks) {
          const error = errorOf(() => (text += stream.push({ name: null, data: JSON.stringify(chunk) })))
          if (error !== undefined) {
            expect(error).toBeInstanceOf(TypeError)
            return
          }
        }
        text += stream.end()
        const events = [...text.matchAll(/^data: (.*)$/gm)].map(
          ([, data = '']) => JSON.parse(data) as { type: string },
        )
        expect(events.map((event) => event.type).filter((type) => type.endsWith('_item.added'))).toHaveLength(
          events.filter(({ type }) => type.endsWith('_item.done')).length,
        )
        expect(events.at(-1)).toMatchObject({ response: { object: 'response' } })
      }),
      { numRuns: 300 },
    )
  })
})
