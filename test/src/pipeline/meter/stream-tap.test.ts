import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../../../../src/pipeline/classify/estimate-tokens.ts'
import { createStreamTap } from '../../../../src/pipeline/meter/stream-tap.ts'
import { createEventAligner } from '../../../../src/protocols/sse.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const chunk = (content: string, usage?: unknown): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    ...(usage === undefined ? {} : { usage }),
  })
const USED = { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 }
const LONE = JSON.stringify({ id: 'chatcmpl-1', choices: [], usage: USED })

interface Seen {
  shown: string
  usage: unknown
  estimate: number
}

/** @param cuts where the bytes are cut into chunks */
function run(text: string, hides: boolean, cuts: readonly number[] = []): Seen {
  const bytes = encoder.encode(text)
  const tap = createStreamTap(hides)
  const aligner = createEventAligner()
  let shown = ''
  let from = 0
  for (const cut of [
    ...cuts.map((at) => at % (bytes.byteLength + 1)).toSorted((a, b) => a - b),
    bytes.byteLength,
  ]) {
    const piece = aligner.push(bytes.subarray(from, cut))
    from = cut
    const visible = piece === null ? null : tap.pass(piece)
    if (visible !== null) shown += decoder.decode(visible)
  }
  return { shown, usage: tap.usage(), estimate: tap.estimate() }
}

const events = (data: readonly string[], end = '\n\n'): string =>
  data.map((one) => `data: ${one}${end}`).join('')
const ANSWER = [chunk(''), chunk('Hel'), chunk('lo "usage":{} '), chunk('!')]

describe('a stream with usage at its end', () => {
  it.each(['\n\n', '\r\n\r\n'])('loses that event alone where the client did not ask (%j)', (end) => {
    const { shown, usage } = run(events([...ANSWER, LONE, '[DONE]'], end), true)
    expect(shown).toBe(events([...ANSWER, '[DONE]'], end))
    expect(usage).toEqual({ input: 11, cachedInput: 0, output: 3 })
  })

  it('keeps it where the client asked', () => {
    const text = events([...ANSWER, LONE, '[DONE]'])
    expect(run(text, false)).toMatchObject({ shown: text, usage: { input: 11, output: 3 } })
  })

  it.each([
    ['usage beside choices', [chunk('a'), chunk('b', USED), '[DONE]'], { output: 3 }],
    ['usage that is null', [chunk('a', null), chunk('b', null), '[DONE]'], null],
    ['no choices and no usage', ['{"choices":[],"prompt_filter_results":[]}', chunk('a'), '[DONE]'], null],
    ['an error that speaks of usage', [chunk('a'), '{"error":{"message":"x","usage":{}}}'], null],
    ['text that looks like it', [chunk('"choices":[],"usage":{"prompt_tokens":1}'), '[DONE]'], null],
  ])('is left as it is with %s', (_, data, usage) => {
    const text = events(data)
    const seen = run(text, true)
    expect(seen.shown).toBe(text)
    if (usage === null) expect(seen.usage).toBeNull()
    else expect(seen.usage).toMatchObject(usage)
  })

  it('is the same however its bytes come', () => {
    const plain = fc.string({ unit: 'binary', maxLength: 12 }).map((content) => chunk(content))
    const other = fc.constantFrom(LONE, chunk('x', null), chunk('y', USED), '[DONE]')
    const data = fc.array(fc.oneof({ weight: 4, arbitrary: plain }, other), { maxLength: 12 })
    fc.assert(
      fc.property(data, fc.array(fc.nat(4000), { maxLength: 20 }), fc.boolean(), (list, cuts, hides) => {
        const seen = run(events(list), hides, cuts)
        expect(seen.shown).toBe(events(hides ? list.filter((one) => one !== LONE) : list))
        expect(seen.estimate).toBe(run(events(list), hides).estimate)
      }),
    )
  })
})

describe('a stream without usage', () => {
  const words = 'The gateway counts what a model has said, not what its frames weigh. '
  const said = estimateTokens(words)
  const delta = (fields: object): string =>
    JSON.stringify({ id: 'x', choices: [{ index: 0, delta: fields }] })
  const split = (size: number): string[] =>
    words.match(new RegExp(`.{1,${size}}`, 'g'))?.map((content) => chunk(content)) ?? []

  it.each([
    ['in small events', split(3), said],
    ['in large ones', split(40), said],
    [
      'with usage that is null, and a frame that varies',
      [delta({ role: 'assistant' }), chunk(words, null), delta({})],
      said,
    ],
    ['of reasoning', [delta({ reasoning_content: words })], said],
    [
      'of tool calls',
      [
        delta({
          tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        delta({ tool_calls: [{ index: 0, function: { arguments: words } }] }),
      ],
      estimateTokens(`f${words}`),
    ],
    ['of completions', [JSON.stringify({ object: 'text_completion', choices: [{ text: words }] })], said],
    [
      'of messages',
      [
        '{"type":"message_start","message":{"id":"m","role":"assistant","content":[]}}',
        JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } }),
        '{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null}}',
      ],
      said,
    ],
    [
      'of responses',
      [JSON.stringify({ type: 'response.output_text.delta', item_id: 'i', delta: words })],
      said,
    ],
  ])('is estimated by its text: %s', (_, data, tokens) => {
    expect(run(events([...data, '[DONE]']), false).estimate).toBe(tokens)
  })

  it('is looked at in part where it is long', () => {
    const data = Array.from({ length: 3000 }, (_, i) => chunk(`${words}${i}`))
    const cuts = data.map((_, i) => i * 200)
    const { estimate } = run(events(data), false, cuts)
    const whole = estimateTokens(data.map((_, i) => `${words}${i}`).join(''))
    expect(estimate / whole).toBeGreaterThan(0.95)
    expect(estimate / whole).toBeLessThan(1.05)
  })

  it('has none where nothing came', () => {
    expect(run(': keep-alive\n\ndata: [DONE]\n\n', false)).toMatchObject({ usage: null, estimate: 0 })
  })
})

describe("a stream of Anthropic's", () => {
  const start = (usage: unknown): string =>
    JSON.stringify({ type: 'message_start', message: { id: 'msg_1', content: [], usage } })
  const delta = JSON.stringify({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'hi' } })
  const ended = (usage: unknown): string =>
    JSON.stringify({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage })
  const USAGE = {
    input_tokens: 20,
    cache_read_input_tokens: 5,
    cache_creation_input_tokens: 2,
    output_tokens: 1,
  }

  it.each([
    { name: 'tells its input at the beginning', data: [start(USAGE), delta, ended({ output_tokens: 9 })] },
    { name: 'tells all at the end', data: [start({}), delta, ended({ ...USAGE, output_tokens: 9 })] },
  ])('$name', ({ data }) => {
    const usage = { input: 27, cachedInput: 5, output: 9 }
    const text = events(data)
    expect(run(text, false).usage).toEqual(usage)
    for (let cut = 0; cut <= text.length; cut += 7) expect(run(text, false, [cut]).usage).toEqual(usage)
  })

  it('tells nothing when it breaks off: its beginning is no account', () => {
    expect(run(events([start(USAGE), delta]), false).usage).toBeNull()
  })

  it('takes no answer that speaks of such an event for one', () => {
    const talk = chunk(start(USAGE))
    expect(run(events([talk, chunk('x', USED)]), false).usage).toMatchObject({ input: 11 })
  })
})
