import { expect, it } from 'vitest'
import { clientField } from '../../../../../src/protocols/translate/responses-to-chat/client-field.ts'

it.each([
  ['temperature', 'temperature'],
  ['max_tokens', 'max_output_tokens'],
  ['response_format.json_schema', 'text.format'],
  ['reasoning_effort', 'reasoning.effort'],
  ['logprobs', 'include'],
  ['messages[3].content[0]', 'input'],
  ['messages[].role', 'input'],
  ['tools[].function.strict', 'tools[].strict'],
  ['tools[2]', 'tools[2]'],
])('calls %s of chat %s', (field, name) => {
  expect(clientField(field)).toBe(name)
})
