/** Translated responses, held against OpenAI's own description of its API: all that is said on either side. */
import { beforeAll, describe, expect, it } from 'vitest'
import { chatRequest } from '../../src/protocols/translate/responses-to-chat/chat-request.ts'
import { createResponseStream } from '../../src/protocols/translate/responses-to-chat/response-stream.ts'
import { toResponse } from '../../src/protocols/translate/responses-to-chat/to-response.ts'
import type { Asked } from '../../src/protocols/translate/translation.ts'
import { hasOpenapi, openapiNote, readOpenapi, type Validate } from '../openapi-document.ts'
import {
  ANSWERS,
  ASKED,
  chunksOf,
  wholeAnswer,
} from '../src/protocols/translate/responses-to-chat/chat-answers.ts'
import { REQUESTS } from '../src/protocols/translate/responses-to-chat/request-cases.ts'

const NAMES = ['CreateResponse', 'Response', 'CreateChatCompletionRequest']

/** A schema of events is one of many: the one of this type says what is wrong. */
const schemaOf = (type: string): string =>
  type
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
    .replace('OutputText', 'Text')
    .concat('Event')

/** What the document does not describe: sound, which OpenAI's own client sends, and names it does not know. */
const UNDESCRIBED = new Set(['images, files and sound', 'what nobody knows'])

/** What the API takes and the document does not, or takes for two things at once. */
const STRICTER = new Set(['null', 'a conversation', 'finer images than chat knows', 'text in parts'])

describe.skipIf(!hasOpenapi)(`translated responses and OpenAI's document${openapiNote}`, () => {
  let validate: Validate
  const asked = (body: Record<string, unknown>): Asked => ({
    ...ASKED,
    body: { model: 'm', input: 'hi', ...body },
  })

  beforeAll(() => {
    validate = readOpenapi([...NAMES, ...EVENTS.map(schemaOf)])
  })

  it('disagree on what is neither', () => {
    expect(validate('Response', { id: 'a' })).not.toBeNull()
    expect(validate('ResponseTextDeltaEvent', { type: 'response.output_text.delta' })).not.toBeNull()
    expect(validate('CreateChatCompletionRequest', { model: 'm' })).not.toBeNull()
  })

  describe.each(REQUESTS.filter(({ name }) => !UNDESCRIBED.has(name)))('of $name', ({ name, body }) => {
    it('agree on the request, on what chat is asked, and on the settings shown again', () => {
      const request = asked(body)
      if (!STRICTER.has(name)) expect(validate('CreateResponse', request.body)).toBeNull()
      expect(validate('CreateChatCompletionRequest', chatRequest(request.body).body)).toBeNull()
      expect(validate('Response', toResponse(wholeAnswer({ text: 'a', finish: 'stop' }), request))).toBeNull()
    })
  })

  describe.each(ANSWERS)('of $name', (answer) => {
    it('agree on the whole answer', () => {
      expect(validate('Response', toResponse(wholeAnswer(answer), ASKED))).toBeNull()
    })

    it('agree on every event', () => {
      const stream = createResponseStream(ASKED)
      const text =
        chunksOf(answer)
          .map((data) => stream.push({ name: null, data }))
          .join('') + stream.end()
      const events = [...text.matchAll(/^data: (.*)$/gm)].map(
        ([, data = '']) => JSON.parse(data) as { type: string },
      )
      expect(events.length).toBeGreaterThan(2)
      for (const event of events)
        expect(validate(schemaOf(event.type), event), JSON.stringify(event)).toBeNull()
    })
  })
})

const EVENTS = [
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.delta',
  'response.output_text.done',
  'response.refusal.delta',
  'response.refusal.done',
  'response.reasoning_text.delta',
  'response.reasoning_text.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.completed',
  'response.incomplete',
]
