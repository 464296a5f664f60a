import { describe, expect, it } from 'vitest'
import { createTokenCount } from '../../../compiler/simulate/create-token-count.ts'
import { toRequest } from '../../../compiler/simulate/to-request.ts'
import { makeTable } from '../../src/make-snapshot.ts'

const table = makeTable()
const client = 'crew'

describe('a described request', () => {
  it.each([
    {
      name: 'a prompt',
      request: { model: 'fast', prompt: 'hi', system: 'be brief' },
      body: {
        model: 'fast',
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'hi' },
        ],
      },
    },
    {
      name: 'turns before the prompt',
      request: { model: 'fast', messages: [{ role: 'assistant' as const, content: 'yes?' }], prompt: 'hi' },
      body: {
        model: 'fast',
        messages: [
          { role: 'assistant', content: 'yes?' },
          { role: 'user', content: 'hi' },
        ],
      },
    },
    {
      name: 'a body that wins',
      request: { model: 'fast', prompt: 'hi', body: { messages: [], stream: true } },
      body: { model: 'fast', messages: [], stream: true },
    },
    {
      name: 'embeddings',
      request: { model: 'fast', surface: 'embeddings' as const, prompt: 'hi' },
      body: { model: 'fast', input: 'hi' },
    },
    {
      name: 'completions with a system prompt',
      request: { model: 'fast', surface: 'completions' as const, system: 'a', prompt: 'b' },
      body: { model: 'fast', prompt: 'a\nb' },
    },
    {
      name: 'messages with a system prompt',
      request: { model: 'fast', surface: 'messages' as const, system: 'a', prompt: 'b' },
      body: { model: 'fast', system: 'a', messages: [{ role: 'user', content: 'b' }] },
    },
    {
      name: 'responses with a turn before',
      request: {
        model: 'fast',
        surface: 'responses' as const,
        system: 'a',
        messages: [{ role: 'assistant' as const, content: 'yes?' }],
        prompt: 'b',
      },
      body: {
        model: 'fast',
        instructions: 'a',
        input: [
          { role: 'assistant', content: 'yes?' },
          { role: 'user', content: 'b' },
        ],
      },
    },
    {
      name: 'a query to rank by',
      request: { model: 'fast', surface: 'rerank' as const, prompt: 'a', body: { documents: ['b'] } },
      body: { model: 'fast', query: 'a', documents: ['b'] },
    },
  ])('with $name', ({ request, body }) => {
    const made = toRequest({ client, ...request }, table)
    expect(JSON.parse(made.body)).toEqual(body)
    expect(made).toMatchObject({
      client,
      surface: 'surface' in request ? request.surface : 'chat',
      headers: {},
    })
  })
})

describe('a request of so many tokens', () => {
  const count = createTokenCount(table, 'chat')

  it.each([
    { tokens: 50, prompt: undefined },
    { tokens: 1999, prompt: undefined },
    { tokens: 2000, prompt: 'a question of some length? ' },
    { tokens: 20_000, prompt: 'ü' },
  ])('has just $tokens, of $prompt', ({ tokens, prompt }) => {
    const texts = prompt === undefined ? {} : { prompt }
    const { body } = toRequest({ client, model: 'fast', tokens, ...texts }, table)
    expect(count(body)).toBe(tokens)
  })

  it('is not cut below what was written', () => {
    const prompt = 'a prompt that is longer than that'
    expect(toRequest({ client, model: 'fast', prompt, tokens: 1 }, table).body).toContain(prompt)
  })

  it('stays as it is where no prompt would be read', () => {
    const { body } = toRequest({ client, model: 'fast', tokens: 10, body: { messages: [] } }, table)
    expect(JSON.parse(body)).toEqual({ model: 'fast', messages: [] })
  })
})
