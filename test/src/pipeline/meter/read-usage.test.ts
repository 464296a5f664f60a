import { describe, expect, it } from 'vitest'
import { findUsage, readUsage } from '../../../../src/pipeline/meter/read-usage.ts'

describe('usage in an answer', () => {
  const rows: [string, string, [number, number, number] | null][] = [
    [
      'of chat',
      '{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}',
      [5, 0, 7],
    ],
    ['with spaces', '{ "usage" : {"prompt_tokens": 5,\n"completion_tokens": 7 } }', [5, 0, 7]],
    ['of embeddings', '{"data":[],"usage":{"prompt_tokens":9,"total_tokens":9}}', [9, 0, 0]],
    [
      'with cached tokens',
      '"usage":{"prompt_tokens":9,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":4}}',
      [9, 4, 1],
    ],
    [
      'cached in DeepSeek’s words',
      '"usage":{"prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":8}',
      [9, 8, 1],
    ],
    [
      'more cached than sent',
      '"usage":{"prompt_tokens":2,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":4}}',
      [2, 2, 1],
    ],
    [
      'in newer words',
      '"usage":{"input_tokens":3,"output_tokens":4,"input_tokens_details":{"cached_tokens":1}}',
      [3, 1, 4],
    ],
    [
      'in Anthropic’s words, which count the cache aside',
      '"usage":{"input_tokens":3,"cache_read_input_tokens":10,"cache_creation_input_tokens":5,"output_tokens":4}',
      [18, 10, 4],
    ],
    [
      'in OpenAI’s words with Anthropic’s beside (LiteLLM)',
      '"usage":{"prompt_tokens":18,"completion_tokens":4,"cache_read_input_tokens":10,"cache_creation_input_tokens":5}',
      [18, 0, 4],
    ],
    [
      'the last of several',
      '"usage":{"prompt_tokens":1,"completion_tokens":1} "usage":{"prompt_tokens":1,"completion_tokens":2}',
      [1, 0, 2],
    ],
    ['before null', '"usage":{"prompt_tokens":1,"completion_tokens":2},"x":1 "usage":null', [1, 0, 2]],
    ['not in what the model wrote', String.raw`{"content":"say \"usage\":{\"prompt_tokens\":999}"}`, null],
    [
      'of Ollama’s own protocol',
      '{"message":{"content":"x"},"done":true,"prompt_eval_count":7,"eval_count":2,"eval_duration":9}',
      [7, 0, 2],
    ],
    ['of Ollama, whose cache had the prompt', '{"done":true,"eval_count": 2}', [0, 0, 2]],
    ['of Ollama, in what the model wrote', String.raw`{"content":"\"eval_count\":999"}`, null],
    ['none', '{"choices":[]}', null],
    ['null', '"usage":null', null],
    ['cut off', '"usage":{"prompt_tokens":1,', null],
    ['of other kind', '"usage":{"queue_time":1}', null],
    ['negative', '"usage":{"prompt_tokens":-5,"completion_tokens":-1}', null],
    ['as text', '"usage":{"prompt_tokens":"5","completion_tokens":"1"}', null],
  ]
  it.each(rows)('%s', (_, text, expected) => {
    const usage = findUsage(text)
    expect(usage && [usage.input, usage.cachedInput, usage.output]).toEqual(expected)
  })

  it.each([
    null,
    5,
    'x',
    [],
    { prompt_tokens: Number.NaN },
    { prompt_tokens: 1e300 },
    { prompt_tokens: 1e10 },
  ])('%j is none', (usage) => {
    expect(readUsage(usage)).toBeNull()
  })
})
