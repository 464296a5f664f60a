import { expect, it } from 'vitest'
import { clientField } from '../../../../../src/protocols/translate/messages-to-chat/client-field.ts'

it.each([
  { field: 'max_tokens', name: 'max_tokens' },
  { field: 'stop', name: 'stop_sequences' },
  { field: 'response_format.json_schema', name: 'output_config.format' },
  { field: 'reasoning_effort', name: 'output_config.effort' },
  { field: 'user', name: 'metadata.user_id' },
  { field: 'parallel_tool_calls', name: 'tool_choice.disable_parallel_tool_use' },
  { field: 'messages[3].content[0].image_url', name: 'messages' },
  { field: 'tools[2].function.name', name: 'tools[2].name' },
  { field: 'tools[].function.parameters', name: 'tools[].input_schema' },
  { field: 'tool_choice', name: 'tool_choice' },
])('$field is $name', ({ field, name }) => {
  expect(clientField(field)).toBe(name)
})
