/** What the toy model says, held against OpenAI's own description of its API. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../../src/errors.ts'
import { modelCard, modelList, OPENAI_MODELS } from '../../../src/protocols/models.ts'
import { hasOpenapi, openapiNote, readOpenapi, type Validate } from '../../openapi-document.ts'
import { makeTable } from '../make-snapshot.ts'
import { askDemo, streamDemo } from './ask-demo.ts'

const TOOL = {
  type: 'function',
  function: { name: 'add', parameters: { type: 'object', properties: { a: { type: 'integer' } } } },
}
const messages = [{ role: 'user', content: 'add' }]

const CHAT = '/v1/chat/completions'
const CHAT_STREAM = 'CreateChatCompletionStreamResponse'
const NAMES = [
  'CreateChatCompletionResponse',
  CHAT_STREAM,
  'CreateCompletionResponse',
  'CreateEmbeddingResponse',
  'ListModelsResponse',
  'Model',
  'ErrorResponse',
]

describe.skipIf(!hasOpenapi)(`the demo and OpenAI's document${openapiNote}`, () => {
  let validate: Validate

  beforeAll(() => {
    vi.useFakeTimers()
    validate = readOpenapi(NAMES)
  })
  afterAll(() => {
    vi.useRealTimers()
  })

  it('agree that an empty object is no completion', () => {
    expect(validate('CreateChatCompletionResponse', {})).not.toBeNull()
  })

  it.each([
    {
      name: 'chat',
      path: CHAT,
      schema: 'CreateChatCompletionResponse',
      body: { messages },
    },
    {
      name: 'a tool call',
      path: CHAT,
      schema: 'CreateChatCompletionResponse',
      body: { messages, tools: [TOOL] },
    },
    {
      name: 'completions',
      path: '/v1/completions',
      schema: 'CreateCompletionResponse',
      body: { prompt: 'a' },
    },
    {
      name: 'embeddings',
      path: '/v1/embeddings',
      schema: 'CreateEmbeddingResponse',
      body: { input: ['a', 'b'] },
    },
  ])('agree on $name', async ({ path, schema, body }) => {
    expect(validate(schema, await (await askDemo(path, body)).json())).toBeNull()
  })

  // The document describes the last event of a completions stream only: those before have no finish_reason.
  it.each([
    { name: 'chat', body: { messages } },
    { name: 'a tool call', body: { messages, tools: [TOOL] } },
    { name: 'chat with usage', body: { messages, stream_options: { include_usage: true } } },
  ])('agree on every event of $name', async ({ body }) => {
    const events = await streamDemo(CHAT, body)
    expect(events.length).toBeGreaterThan(2)
    for (const event of events.slice(0, -1)) {
      expect(validate(CHAT_STREAM, JSON.parse(event)), event).toBeNull()
    }
  })

  it('agree on models and errors', () => {
    expect(validate('ListModelsResponse', modelList(makeTable(), 'crew', OPENAI_MODELS))).toBeNull()
    expect(
      validate('Model', modelCard(makeTable(), { client: 'crew', name: 'fast' }, OPENAI_MODELS)),
    ).toBeNull()
    expect(validate('ErrorResponse', new GatewayError('not_found', 'No.').toBody())).toBeNull()
  })
})
