/** Whatever a peer sends: a translation or a refusal, never another error and never half an event. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../../../src/errors.ts'
import { eventsIn } from '../../../../src/protocols/sse.ts'
import { translationOf } from '../../../../src/protocols/translate/translations.ts'
import type { Surface, Wire } from '../../../../src/table/route-table.ts'
import { chatAnswer, chatTrace } from './chat-trace.ts'
import { messageAnswer, messageTrace } from './message-trace.ts'
import { mutate } from './mutate.ts'
import { createTape, decisions, said } from './said.ts'
import { ASKED } from './translate-trace.ts'

const WAYS: readonly { surface: Surface; wire: Wire }[] = [
  { surface: 'messages', wire: 'chat' },
  { surface: 'chat', wire: 'messages' },
  { surface: 'responses', wire: 'chat' },
  { surface: 'responses', wire: 'messages' },
]
const asked = { ...ASKED, body: { input: 'hi' } }

const tool = { name: 'f', description: 'd', input_schema: { type: 'object' } }
const image = 'data:image/png;base64,QUJD'

/** Requests that say much, to be broken. */
const REQUESTS: Partial<Record<Surface, Record<string, unknown>>> = {
  messages: {
    model: 'm',
    max_tokens: 9,
    system: [{ type: 'text', text: 'be' }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image', source: { type: 'url', url: 'https://h/i' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a' }] } }],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'x', content: [{ type: 'text', text: '1' }] }],
      },
    ],
    tools: [tool],
    tool_choice: { type: 'tool', name: 'f' },
    thinking: { type: 'enabled', budget_tokens: 1024 },
    output_config: { effort: 'low', format: { type: 'json_schema', schema: {} } },
    metadata: { user_id: 'u' },
    stop_sequences: ['a'],
    stream: true,
  },
  chat: {
    model: 'm',
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'be' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: image } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'file', file: { filename: 'a', file_data: 'data:application/pdf;base64,QUJD' } }],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'x', content: '1' },
      { role: 'assistant', content: 'a', function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: '1' },
    ],
    tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
    tool_choice: { type: 'function', function: { name: 'f' } },
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
    stop: ['a'],
    reasoning_effort: 'low',
    stream_options: { include_usage: true },
  },
  responses: {
    model: 'm',
    instructions: 'be',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: image },
        ],
      },
      { type: 'function_call', call_id: 'x', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'x', output: '1' },
    ],
    tools: [{ type: 'function', name: 'f', parameters: {} }],
    tool_choice: { type: 'function', name: 'f' },
    text: { format: { type: 'json_schema', name: 'n', schema: {} } },
    reasoning: { effort: 'low' },
  },
}

/** Whether it went well: errors of the one kind that is expected are not, others are thrown. */
function succeeds(run: () => unknown, expected: abstract new (...args: never[]) => Error): boolean {
  try {
    run()
    return true
  } catch (error) {
    if (error instanceof expected) return false
    throw error
  }
}

describe.each(WAYS)('$surface on $wire', ({ surface, wire }) => {
  const { request, answer, stream } = translationOf(surface, wire)

  it('translates a broken request, or refuses it', () => {
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(decisions, (numbers) => {
        const body = { model: 'm', ...(mutate(REQUESTS[surface], createTape([1, ...numbers])) as object) }
        verdicts.add(succeeds(() => JSON.stringify(request(body)), GatewayError))
      }),
      { numRuns: 150 },
    )
    expect(verdicts.size, 'some are translated and some are refused').toBe(2)
  })

  it('translates a broken answer, or calls it one', () => {
    fc.assert(
      fc.property(said, decisions, (words, numbers) => {
        const whole = wire === 'chat' ? chatAnswer(words) : messageAnswer(words)
        const broken = { ...(mutate(whole, createTape([1, ...numbers])) as object) }
        succeeds(() => JSON.stringify(answer(broken, asked)), TypeError)
      }),
      { numRuns: 80 },
    )
  })

  it('translates broken events to whole ones, or calls them broken', () => {
    fc.assert(
      fc.property(said, decisions, decisions, (words, numbers, more) => {
        const trace = (wire === 'chat' ? chatTrace : messageTrace)(words, createTape(numbers))
        const tape = createTape(more)
        const translator = stream(asked)
        succeeds(() => {
          for (const { name, data } of eventsIn(trace)) {
            const broken =
              data === '[DONE]' || tape(3) > 0 ? data : JSON.stringify(mutate(JSON.parse(data), tape) ?? null)
            const events = translator.push({ name, data: broken })
            expect(events === '' || events.endsWith('\n\n')).toBe(true)
            for (const event of eventsIn(events))
              expect(event.data === '[DONE]' || JSON.parse(event.data)).toBeTruthy()
          }
          translator.end()
        }, TypeError)
      }),
      { numRuns: 80 },
    )
  })
})

describe('what is long is no trouble', () => {
  // More than fit one call as arguments.
  const parts = Array.from({ length: 200_000 }, () => ({ type: 'text', text: 'a' }))
  it.each<{ surface: Surface; wire: Wire; messages: unknown[] }>([
    { surface: 'chat', wire: 'messages', messages: [{ role: 'system', content: parts }] },
    { surface: 'chat', wire: 'messages', messages: [{ role: 'user', content: parts }] },
    {
      surface: 'messages',
      wire: 'chat',
      messages: [
        { role: 'user', content: [{ type: 'document', source: { type: 'content', content: parts } }] },
      ],
    },
  ])('a list of parts, from $surface to $wire', ({ surface, wire, messages }) => {
    const body = { model: 'm', max_tokens: 1, messages: [...messages, { role: 'user', content: 'hi' }] }
    expect(JSON.stringify(translationOf(surface, wire).request(body).body).length).toBeGreaterThan(5_000_000)
  })
})
