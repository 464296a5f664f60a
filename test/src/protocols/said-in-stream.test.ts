import { describe, expect, it } from 'vitest'
import { createSaidInStream } from '../../../src/protocols/said-in-stream.ts'

const told = (events: readonly unknown[]): string[] => {
  const stream = createSaidInStream()
  for (const event of events) stream.push(typeof event === 'string' ? event : JSON.stringify(event))
  return stream.parts().map(({ message, as, text }) => `${message} ${as}: ${text}`)
}
const delta = (fields: object, index = 0): object => ({ choices: [{ index, delta: fields }] })
const ending = (reason: string): object => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
const call = (fields: object): object => delta({ tool_calls: [fields] })

describe('createSaidInStream', () => {
  it.each<{ name: string; events: unknown[]; said: string[] }>([
    {
      name: 'text and calls of chat, of several choices by turns',
      events: [
        delta({ role: 'assistant', content: '' }),
        delta({ reasoning_content: 'h' }),
        delta({ reasoning_content: 'm', content: null }),
        delta({ content: 'AK' }),
        delta({ content: 'other' }, 1),
        delta({ content: 'IA' }),
        call({ index: 0, id: 'a', function: { name: 'look', arguments: '' } }),
        call({ index: 0, function: { arguments: '{"a":' } }),
        call({ index: 1, id: 'b', function: { name: 'find', arguments: '{}' } }),
        call({ index: 0, function: { arguments: '1}' } }),
        { choices: [], usage: { total_tokens: 1 } },
        '[DONE]',
        'no json',
      ],
      said: [
        '0 content: hm',
        '0 content: AKIA',
        '0 name: look',
        '0 arguments: {"a":1}',
        '0 name: find',
        '0 arguments: {}',
        '1 content: other',
      ],
    },
    {
      name: 'completions',
      events: [{ choices: [{ text: 'h' }] }, { choices: [{ text: 'i' }] }],
      said: ['0 content: hi'],
    },
    {
      name: "Anthropic's blocks",
      events: [
        { type: 'message_start', message: { content: [] } },
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'not said' } },
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'h' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'i' } },
        {
          type: 'content_block_start',
          index: 2,
          content_block: { type: 'tool_use', name: 'look', input: {} },
        },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '1}' } },
        { type: 'message_stop' },
      ],
      said: ['0 content: hm', '0 content: hi', '0 name: look', '0 arguments: {"a":1}'],
    },
    {
      name: 'items of responses, the last of which broke off',
      events: [
        { type: 'response.created', response: { output: [] } },
        { type: 'response.output_item.added', output_index: 0, item: { type: 'message', content: [] } },
        { type: 'response.output_text.delta', output_index: 0, delta: 'h' },
        { type: 'response.output_text.delta', output_index: 0, delta: 'i' },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: { type: 'message', content: [{ type: 'output_text', text: 'hi' }] },
        },
        {
          type: 'response.output_item.added',
          output_index: 1,
          item: { type: 'function_call', name: 'look', arguments: '' },
        },
        { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a"' },
        { type: 'response.output_item.added', output_index: 2, item: { type: 'message', content: [] } },
        { type: 'response.output_text.delta', output_index: 2, delta: 'and' },
      ],
      said: ['0 content: hi', '1 name: look', '1 arguments: {"a"', '2 content: and'],
    },
    {
      name: 'an item that is whole, whatever comes after it, and not its image',
      events: [
        { type: 'response.output_item.added', output_index: 1, item: { type: 'message', content: [] } },
        { type: 'response.output_text.delta', output_index: 1, delta: 'and' },
        {
          type: 'response.output_item.done',
          output_index: 0,
          item: {
            type: 'message',
            content: [
              { type: 'output_text', text: 'hi' },
              { type: 'image', data: 'x' },
            ],
          },
        },
        { type: 'response.output_text.delta', output_index: 0, delta: 'late' },
      ],
      said: ['0 content: hi', '0 content: [an image, not kept]', '1 content: and'],
    },
    {
      name: "Ollama's lines",
      events: [
        { message: { role: 'assistant', content: '', thinking: 'hm' }, done: false },
        { message: { content: 'h' }, done: false },
        {
          message: { content: 'i', tool_calls: [{ function: { name: 'look', arguments: { a: 1 } } }] },
          done: false,
        },
        { message: { content: '' }, done: true },
      ],
      said: ['0 content: hm', '0 content: hi', '0 name: look', '0 arguments: {"a":1}'],
    },
    {
      name: 'text that a block begins with',
      events: [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'h' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'i' } },
        { type: 'content_block_start', index: 1, content_block: { type: 'thinking', thinking: 'h' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'thinking_delta', thinking: 'm' } },
        { type: 'content_block_start', index: 2, content_block: { type: 'text', text: 'all' } },
      ],
      said: ['0 content: hi', '0 content: hm', '0 content: all'],
    },
    {
      name: 'what an item begins with that breaks off',
      events: [
        { type: 'response.output_item.added', output_index: 0, item: { type: 'message', content: [] } },
        { type: 'response.content_part.added', output_index: 0, part: { type: 'output_text', text: 'h' } },
        { type: 'response.output_text.delta', output_index: 0, delta: 'i' },
        {
          type: 'response.output_item.added',
          output_index: 1,
          item: { type: 'function_call', name: 'look', arguments: '{"a"' },
        },
        { type: 'response.function_call_arguments.delta', output_index: 1, delta: ':1' },
      ],
      said: ['0 content: hi', '1 name: look', '1 arguments: {"a":1'],
    },
    { name: 'nothing', events: [], said: [] },
  ])('puts together $name', ({ events, said }) => {
    expect(told(events)).toEqual(said)
  })

  const begun = (index: number): object => ({
    type: 'content_block_start',
    index,
    content_block: { type: 'text', text: '' },
  })
  const piece = (index: number): object => ({
    type: 'content_block_delta',
    index,
    delta: { type: 'text_delta', text: 'hi' },
  })
  const stop = (reason: string): object => ({ type: 'message_delta', delta: { stop_reason: reason } })
  const said = (fields: object = {}): object => ({
    type: 'response.output_item.done',
    output_index: 0,
    item: { type: 'message', content: 'hi', ...fields },
  })
  it.each<[string, unknown[], boolean]>([
    ['an answer of chat that breaks off', [delta({ content: 'hi' })], true],
    ['one that ran out of room', [delta({ content: 'hi' }), ending('length'), '[DONE]'], true],
    ['one that is whole', [delta({ content: 'hi' }), ending('stop')], false],
    ["one of TGI's that is whole", [delta({ content: 'hi' }), ending('eos_token')], false],
    ['one that only ends', [delta({ content: 'hi' }), '[DONE]'], false],
    ['one that was filtered', [delta({ content: 'hi' }), ending('content_filter')], true],
    ['one that ended nobody knows why', [delta({ content: 'hi' }), ending('odd')], true],
    ["Anthropic's that breaks off", [begun(0), piece(0)], true],
    [
      "Anthropic's that breaks off between blocks",
      [begun(0), piece(0), { type: 'content_block_stop', index: 0 }],
      true,
    ],
    ["Anthropic's that was refused", [begun(0), piece(0), stop('refusal')], true],
    ["Anthropic's that only ends", [begun(0), piece(0), { type: 'message_stop' }], false],
    [
      "Anthropic's without room",
      [begun(0), piece(0), { type: 'content_block_stop', index: 0 }, stop('max_tokens')],
      true,
    ],
    [
      "Anthropic's that is whole",
      [begun(0), piece(0), { type: 'content_block_stop', index: 0 }, stop('end_turn')],
      false,
    ],
    ['an item that breaks off', [{ type: 'response.output_text.delta', output_index: 0, delta: 'hi' }], true],
    ['an item that ran out of room', [said({ status: 'incomplete' })], true],
    ['an item that is whole', [said({ status: 'completed' })], false],
    ["Ollama's that breaks off", [{ message: { content: 'hi' }, done: false }], true],
    ["Ollama's without room", [{ message: { content: 'hi' }, done: true, done_reason: 'length' }], true],
    ["Ollama's that is whole", [{ message: { content: 'hi' }, done: true, done_reason: 'stop' }], false],
  ])('knows whether the end is missing: %s', (_, events, isCut) => {
    const stream = createSaidInStream()
    for (const event of events) stream.push(typeof event === 'string' ? event : JSON.stringify(event))
    expect(stream.parts().map((part) => [part.text, part.isCut === true])).toEqual([['hi', isCut]])
  })

  const HOLE = '{"half": "an ev'
  it.each<[string, unknown[], [string, number[]?][]]>([
    ['within a choice', [delta({ content: 'h' }), HOLE, delta({ content: 'i' })], [['hi', [1]]]],
    ['before a choice', [HOLE, delta({ content: 'h' }), delta({ content: 'i' })], [['hi', [0]]]],
    ['behind one', [delta({ content: 'hi' }), HOLE, ending('stop')], [['hi', [2]]]],
    [
      'within and behind one',
      [delta({ content: 'h' }), HOLE, HOLE, delta({ content: 'i' }), HOLE, ending('stop')],
      [['hi', [1, 2]]],
    ],
    ['behind its end', [delta({ content: 'hi' }), ending('stop'), HOLE, '[DONE]'], [['hi']]],
    [
      'in one of several choices',
      [delta({ content: 'h' }), delta({ content: 'ho' }, 1), HOLE, delta({ content: 'i' })],
      [
        ['hi', [1]],
        ['ho', [2]],
      ],
    ],
    [
      'within thoughts',
      [delta({ reasoning_content: 'h' }), HOLE, delta({ reasoning_content: 'm' }), delta({ content: 'hi' })],
      [
        ['hm', [1]],
        ['hi', [0]],
      ],
    ],
    [
      'within arguments',
      [
        call({ index: 0, function: { name: 'look', arguments: '{"a"' } }),
        HOLE,
        call({ function: { arguments: '}' } }),
      ],
      [['look'], ['{"a"}', [4]]],
    ],
    ['within a block', [begun(0), piece(0), HOLE, piece(0)], [['hihi', [2]]]],
    [
      'between blocks',
      [
        begun(0),
        piece(0),
        begun(1),
        piece(1),
        { type: 'content_block_stop', index: 1 },
        HOLE,
        begun(2),
        piece(2),
        begun(3),
        piece(3),
      ],
      [['hi', [2]], ['hi', [2]], ['hi', [0]], ['hi']],
    ],
    [
      'over the beginning of blocks',
      [HOLE, piece(0), begun(1), piece(1), piece(2)],
      [['hi', [0]], ['hi'], ['hi', [0]]],
    ],
    [
      'within an item',
      [
        { type: 'response.output_text.delta', output_index: 0, delta: 'h' },
        HOLE,
        { type: 'response.output_text.delta', output_index: 0, delta: 'i' },
      ],
      [['hi', [1]]],
    ],
    [
      'within an item that comes whole later',
      [{ type: 'response.output_text.delta', output_index: 0, delta: 'h' }, HOLE, said()],
      [['hi']],
    ],
    ['nowhere: an empty event', [delta({ content: 'h' }), ' ', delta({ content: 'i' })], [['hi']]],
  ])('knows where an event was lost: %s', (_, events, parts) => {
    const stream = createSaidInStream()
    for (const event of events) stream.push(typeof event === 'string' ? event : JSON.stringify(event))
    expect(stream.parts().map(({ text, tears }) => (tears === undefined ? [text] : [text, tears]))).toEqual(
      parts,
    )
  })

  const item = (type: string, fields: object, place = 0): object => ({
    type: `response.output_item.${type}`,
    output_index: place,
    item: { type: 'message', ...fields },
  })
  const many = (event: (i: number) => object): object[] => Array.from({ length: 100 }, (_, i) => event(i))
  const long = 'x'.repeat(1000)
  it.each<{ name: string; events: object[]; length: number; atLeast: number; atMost?: number }>([
    { name: 'choices that say nothing', events: many((i) => delta({}, i)), length: 0, atLeast: 6400 },
    {
      name: 'names and ids of calls',
      events: many((i) => call({ index: i, id: `${i}${long}`, function: { name: long } })),
      length: 0,
      atLeast: 200_000,
    },
    {
      name: 'a name that is said with each piece, once',
      events: many(() => call({ index: 0, id: 'a', function: { name: long, arguments: 'y' } })),
      length: 100,
      atLeast: 1000,
      atMost: 1200,
    },
    {
      name: 'what blocks begin with',
      events: many((i) => ({
        type: 'content_block_start',
        index: i,
        content_block: { type: 'odd', data: long },
      })),
      length: 0,
      atLeast: 100_000,
    },
    { name: 'items that say nothing', events: many((i) => item('done', {}, i)), length: 0, atLeast: 6400 },
    {
      name: 'items by what they say, once',
      events: [
        item('added', { data: long }),
        { type: 'response.output_text.delta', output_index: 0, delta: 'hi' },
        ...many(() => item('done', { content: [{ type: 'output_text', text: 'hi' }], image: long })),
      ],
      length: 2,
      atLeast: 64,
      atMost: 200,
    },
  ])('counts $name', ({ events, length, atLeast, atMost = Infinity }) => {
    const stream = createSaidInStream()
    for (const event of events) stream.push(JSON.stringify(event))
    expect(stream.length()).toBe(length)
    expect(stream.weight()).toBeGreaterThanOrEqual(atLeast)
    expect(stream.weight()).toBeLessThanOrEqual(atMost)
  })
})
