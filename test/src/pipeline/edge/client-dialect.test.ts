import { expect, it } from 'vitest'
import { clientDialect } from '../../../../src/pipeline/edge/client-dialect.ts'
import { chat } from '../../../../src/protocols/dialects/chat.ts'
import { messages } from '../../../../src/protocols/dialects/messages.ts'
import { plain } from '../../../../src/protocols/dialects/plain.ts'

it.each([
  { path: '/v1/chat/completions', version: null, dialect: chat },
  { path: '/v1/chat/completions', version: '2023-06-01', dialect: chat },
  { path: '/v1/embeddings', version: '2023-06-01', dialect: plain },
  { path: '/v1/messages', version: null, dialect: messages },
  { path: '/v1/messages/count_tokens', version: null, dialect: messages },
  { path: '/v1/messages/batches', version: null, dialect: messages },
  { path: '/v1/models', version: null, dialect: chat },
  { path: '/v1/models', version: '2023-06-01', dialect: messages },
  { path: '/nowhere', version: null, dialect: chat },
  { path: '/nowhere', version: '2023-06-01', dialect: messages },
])('$path with version $version', ({ path, version, dialect }) => {
  expect(clientDialect(path, { anthropicVersion: version })).toBe(dialect)
})

it('takes whom it has not heard for a client of OpenAI', () => {
  expect(clientDialect('/nowhere', undefined)).toBe(chat)
})
