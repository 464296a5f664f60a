import { describe, expect, it } from 'vitest'
import { costOf, estimateRequest } from '../../../../src/pipeline/meter/estimate.ts'
import { estimateTokens } from '../../../../src/pipeline/classify/estimate-tokens.ts'
import { estimateAnswer } from '../../../../src/pipeline/meter/estimate-answer.ts'
import { includeUsage } from '../../../../src/pipeline/meter/include-usage.ts'
import { parseModelRequest } from '../../../../src/protocols/model-request.ts'
import { parseJsonObject } from '../../../../src/protocols/json-object.ts'
import { makeFacts } from '../../make-facts.ts'
import { makeTable } from '../../make-snapshot.ts'

const encoder = new TextEncoder()
const NO_EDITS = { set: {}, clamp: {} }
const table = makeTable({ needs: { headers: [], text: false, complexity: false, time: false } })

describe('what a request may use', () => {
  const body = { model: 'm', messages: [{ role: 'user', content: 'what is it? '.repeat(30) }] }
  const rows: [string, object, object, object, { output: number; bounded: boolean }][] = [
    ['says nothing', {}, {}, NO_EDITS, { output: 1024, bounded: false }],
    ['says how long', { max_tokens: 50 }, {}, NO_EDITS, { output: 50, bounded: true }],
    ['says so in newer words', { max_completion_tokens: 50 }, {}, NO_EDITS, { output: 50, bounded: true }],
    [
      'says so twice: nobody knows whom the backend believes',
      { max_completion_tokens: 1, max_tokens: 50 },
      {},
      NO_EDITS,
      { output: 50, bounded: true },
    ],
    ['says so as text', { max_tokens: '5000' }, {}, NO_EDITS, { output: 5000, bounded: true }],
    ['says so as nonsense', { max_tokens: 'long' }, {}, NO_EDITS, { output: 1024, bounded: false }],
    ['wants less than nothing', { max_tokens: -5 }, {}, NO_EDITS, { output: 0, bounded: true }],
    ['wants several answers', { max_tokens: 50, n: 3 }, {}, NO_EDITS, { output: 150, bounded: true }],
    [
      'wants the best of several',
      { max_tokens: 50, n: 1, best_of: 4 },
      {},
      NO_EDITS,
      { output: 200, bounded: true },
    ],
    [
      'has several prompts',
      { max_tokens: 50, n: 2, prompt: ['a', 'b', 'c'] },
      {},
      NO_EDITS,
      { output: 300, bounded: true },
    ],
    [
      'has several prompts in tokens',
      { max_tokens: 50, prompt: [[1], [2, 3]] },
      {},
      NO_EDITS,
      { output: 100, bounded: true },
    ],
    [
      'has one prompt in tokens',
      { max_tokens: 50, prompt: [1, 2, 3] },
      {},
      NO_EDITS,
      { output: 50, bounded: true },
    ],
    [
      'says so to responses',
      { max_output_tokens: 50, max_tokens: 9 },
      { surface: 'responses' },
      NO_EDITS,
      { output: 50, bounded: true },
    ],
    [
      'says so to messages',
      { max_tokens: 50 },
      { surface: 'messages' },
      NO_EDITS,
      { output: 50, bounded: true },
    ],
    ['only counts', { max_tokens: 50 }, { surface: 'count-tokens' }, NO_EDITS, { output: 0, bounded: true }],
    ['only ranks', {}, { surface: 'rerank' }, NO_EDITS, { output: 0, bounded: true }],
    ['has no prompt', { max_tokens: 50, prompt: [] }, {}, NO_EDITS, { output: 50, bounded: true }],
    ['wants nonsense', { max_tokens: 50, n: 'many' }, {}, NO_EDITS, { output: 50, bounded: true }],
    ['is set', { max_tokens: 50 }, {}, { set: { max_tokens: 9 }, clamp: {} }, { output: 9, bounded: true }],
    [
      'is clamped',
      { max_tokens: 50 },
      {},
      { set: {}, clamp: { max_tokens: { min: null, max: 20 } } },
      { output: 20, bounded: true },
    ],
    [
      'is bounded by a rule alone',
      {},
      {},
      { set: {}, clamp: { max_tokens: { min: null, max: 20 } } },
      { output: 20, bounded: true },
    ],
    ['is an embedding', {}, { surface: 'embeddings' }, NO_EDITS, { output: 0, bounded: true }],
  ]
  it.each(rows)('where it %s', (_, more, facts, edits, expected) => {
    const parsed = parseJsonObject(JSON.stringify({ ...body, ...more }))
    const estimate = estimateRequest(parsed, makeFacts(facts), { edits: { ...NO_EDITS, ...edits }, table })
    expect(estimate).toMatchObject(expected)
    expect(estimate.input).toBeGreaterThanOrEqual(100)
    expect(estimate.input).toBeLessThan(160)
  })

  it.each(['1e400', '1e308', '"1e400"'])('is a number to count with, whatever it asks for (%s)', (most) => {
    const parsed = parseJsonObject(`{"model":"m","n":128,"messages":[],"max_tokens":${most}}`)
    const { input, output } = estimateRequest(parsed, makeFacts(), { edits: NO_EDITS, table })
    expect(output).toBeLessThan(1e12)
    const free = { input: 0, cachedInput: 0, output: 0 }
    expect(costOf(free, { input, cachedInput: 0, output })).toBe(0)
  })

  it('does not take images for text, nor count what was counted', () => {
    const url = `data:image/png;base64,${'A'.repeat(40_000)}`
    const content = [
      { type: 'text', text: 'what is it?' },
      { type: 'image_url', image_url: { url } },
    ]
    const parsed = parseJsonObject(JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }))
    const options = { edits: NO_EDITS, table }
    expect(estimateRequest(parsed, makeFacts({ images: true }), options).input).toBeLessThan(20)
    const counted = { ...table, needs: { ...table.needs, text: true } }
    expect(
      estimateRequest(parsed, makeFacts({ tokens: 77 }), { edits: NO_EDITS, table: counted }).input,
    ).toBe(77)
  })
})

describe('what tokens cost', () => {
  it.each([
    [{ input: 1000, cachedInput: 0, output: 100 }, 350_000],
    [{ input: 1000, cachedInput: 600, output: 0 }, 115_000],
    [{ input: 0, cachedInput: 0, output: 0 }, 0],
  ])('%j', (usage, nano) => {
    expect(costOf({ input: 250, cachedInput: 25, output: 1000 }, usage)).toBe(nano)
    expect(costOf(null, usage)).toBe(0)
  })

  it('is whole', () => {
    expect(costOf({ input: 0.4, cachedInput: 0, output: 0 }, { input: 3, cachedInput: 0, output: 0 })).toBe(1)
  })
})

describe('the length of an answer without usage', () => {
  const WORDS = 'Counted as a request is, by its words. '

  it.each([
    ['chat', { choices: [{ message: { role: 'assistant', content: WORDS } }] }, WORDS],
    [
      'two answers',
      { choices: [{ message: { content: 'once ' } }, { message: { content: WORDS } }] },
      `once ${WORDS}`,
    ],
    ['completions', { choices: [{ text: WORDS }] }, WORDS],
    [
      'tool calls',
      {
        choices: [
          {
            message: {
              content: null,
              tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: WORDS } }],
            },
          },
        ],
      },
      `f${WORDS}`,
    ],
    ['messages', { type: 'message', id: 'm', content: [{ type: 'text', text: WORDS }] }, WORDS],
    [
      'responses',
      {
        id: 'r',
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: WORDS }] }],
      },
      WORDS,
    ],
    ['nothing', {}, ''],
  ])('%s', (_, answer, words) => {
    expect(estimateAnswer(encoder.encode(JSON.stringify(answer)))).toBe(estimateTokens(words))
  })

  it('is its size where it is large, and nothing where it is no JSON', () => {
    expect(estimateAnswer(new Uint8Array(400_000))).toBe(100_000)
    expect(estimateAnswer(encoder.encode('{'))).toBe(0)
  })
})

describe('the question for usage', () => {
  it.each([
    ['where nothing is said', {}, { replaced: [], added: '"stream_options":{"include_usage":true}' }],
    [
      'beside other options',
      { stream_options: { x: 1 } },
      { replaced: [['stream_options', '{"x":1,"include_usage":true}']], added: '' },
    ],
    [
      'instead of none',
      { stream_options: null },
      { replaced: [['stream_options', '{"include_usage":true}']], added: '' },
    ],
    [
      'instead of no',
      { stream_options: { include_usage: false } },
      { replaced: [['stream_options', '{"include_usage":true}']], added: '' },
    ],
    ['not where the client asks', { stream_options: { include_usage: true } }, null],
  ])('%s', (_, options, expected) => {
    const request = parseModelRequest(
      encoder.encode(JSON.stringify({ model: 'm', stream: true, ...options })),
    )
    const changes = includeUsage(request, null)
    expect(changes && { replaced: [...changes.replaced], added: changes.added }).toEqual(expected)
  })

  it('goes with other changes', () => {
    const request = parseModelRequest(encoder.encode('{"model":"m","temperature":1}'))
    const changes = includeUsage(request, { replaced: new Map([['temperature', '0']]), added: '"seed":1' })
    expect(changes?.added).toBe('"seed":1,"stream_options":{"include_usage":true}')
    expect(changes?.replaced.get('temperature')).toBe('0')
  })
})
