/** What the toy model says, held against OpenAI's own description of its API. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { GatewayError } from '../../../src/errors.ts'
import { isRecord } from '../../../src/protocols/json-object.ts'
import { modelCard, modelList } from '../../../src/protocols/models.ts'
import { makeTable } from '../make-snapshot.ts'
import { askDemo, streamDemo } from './ask-demo.ts'

const FILE = fileURLToPath(new URL('../../../../shared/specs/openai-openapi.yaml.gz', import.meta.url))
const present = existsSync(FILE)
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

/** The schemas of these names and all they refer to. To parse the document whole takes seconds. */
function readSchemas(text: string): Record<string, unknown> {
  const [, section = ''] = text.split(/^ {2}schemas:\n/m)
  const blocks = new Map(
    section.split(/^(?= {4}[A-Za-z])/m).map((block) => [block.trim().split(':')[0] ?? '', block]),
  )
  const schemas: Record<string, unknown> = {}
  const pending = [...NAMES]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name in schemas) continue
    const block = blocks.get(name) ?? ''
    Object.assign(schemas, parse(block.split(/^ {0,2}\S/m)[0] ?? '', readNullable))
    for (const [, referred = ''] of block.matchAll(/#\/components\/schemas\/(\w+)/g)) pending.push(referred)
  }
  return schemas
}

/** `nullable` is OpenAPI 3.0's, left over in a document of 3.1: said here as JSON Schema says it. */
function readNullable(_key: unknown, value: unknown): unknown {
  if (!isRecord(value) || value['nullable'] !== true) return value
  const { nullable: _, ...schema } = value
  return { anyOf: [schema, { type: 'null' }] }
}

describe.skipIf(!present)(
  `the demo and OpenAI's document${present ? '' : ' (skipped: the document is not on this machine)'}`,
  () => {
    let validate: (schema: string, value: unknown) => unknown

    beforeAll(() => {
      vi.useFakeTimers()
      const ajv = new Ajv({ strict: false, validateFormats: false })
      ajv.addSchema({
        $id: 'openai',
        components: { schemas: readSchemas(gunzipSync(readFileSync(FILE)).toString()) },
      })
      const compiled = new Map<string, ValidateFunction>()
      validate = (schema, value) => {
        const check = compiled.get(schema) ?? ajv.compile({ $ref: `openai#/components/schemas/${schema}` })
        compiled.set(schema, check)
        return check(value) ? null : check.errors
      }
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
      expect(validate('ListModelsResponse', modelList(makeTable(), 'crew'))).toBeNull()
      expect(validate('Model', modelCard(makeTable(), 'crew', 'fast'))).toBeNull()
      expect(validate('ErrorResponse', new GatewayError('not_found', 'No.').toBody())).toBeNull()
    })
  },
)
