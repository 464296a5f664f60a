import { expect, it } from 'vitest'
import { findFinish } from '../../../../src/pipeline/meter/find-finish.ts'

it.each<[name: string, text: string, found: string[]]>([
  ['a chat', '{"choices":[{"message":{"content":"x"},"finish_reason":"length"}],"usage":{}}', ['length']],
  [
    'several choices',
    '{"choices":[{"finish_reason":"stop"},{"finish_reason": "length"},{"finish_reason":"stop"}]}',
    ['stop', 'length'],
  ],
  [
    'a stream',
    'data: {"choices":[{"delta":{},"finish_reason":null}]}\n\ndata: {"choices":[{"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n',
    ['tool_calls'],
  ],
  [
    'a message',
    'event: message_delta\ndata: {"delta":{"stop_reason":"end_turn","stop_sequence":null}}\n\n',
    ['end_turn'],
  ],
  ["Ollama's own protocol", '{"message":{"content":""},"done":true,"done_reason":"stop"}\n', ['stop']],
  ['nothing said', '{"choices":[{"finish_reason":null}]}', []],
  ['a text that quotes one', JSON.stringify({ content: '"finish_reason":"stop"' }), []],
  ['arguments that look like one', '{"input":{"stop_reason":"anna_has_the_flu"}}', []],
])('%s', (_, text, found) => {
  expect(findFinish(text)).toEqual(found)
})
