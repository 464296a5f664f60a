import { describe, expect, it } from 'vitest'
import { failureCause } from '../../../../src/pipeline/forward/failure-cause.ts'

const says = (message: string): Record<string, unknown> => ({ message })

describe('a prompt that is too long', () => {
  it.each([
    { server: 'OpenAI', status: 400, error: { message: 'x', code: 'context_length_exceeded' } },
    { server: 'llama.cpp', status: 400, error: { code: 400, type: 'exceed_context_size_error' } },
    {
      server: 'llama.cpp without a type',
      status: 500,
      error: says('the request exceeds the available context size'),
    },
    { server: 'vLLM', status: 400, error: says("This model's maximum context length is 4096 tokens.") },
    {
      server: 'vLLM on an encoder',
      status: 400,
      error: says('The prompt (length 9) is longer than the maximum model length of 8'),
    },
    { server: 'SGLang', status: 400, error: says("The input is longer than the model's context length") },
    { server: 'Ollama', status: 400, error: says('the input length exceeds the context length') },
    {
      server: 'llama.cpp, embeddings',
      status: 500,
      error: says('input (900 tokens) is too large to process'),
    },
    { server: 'Anthropic', status: 400, error: says('prompt is too long: 200001 tokens > 200000 maximum') },
    { server: 'Gemini', status: 400, error: says('The input token count (9) exceeds the maximum (8)') },
    { server: 'LiteLLM', status: 400, error: says('litellm.ContextWindowExceededError: …') },
    { server: 'a proxy before it', status: 413, error: null },
  ])('at $server', ({ status, error }) => {
    expect(failureCause(status, error)).toBe('context')
  })
})

describe('a refusal for safety', () => {
  it.each([
    { server: 'Azure', status: 400, error: { code: 'content_filter' } },
    {
      server: 'Azure, inside',
      status: 400,
      error: { code: null, innererror: { code: 'ResponsibleAIPolicyViolation' } },
    },
    { server: 'OpenAI', status: 400, error: { code: 'content_policy_violation' } },
    { server: 'one that answers 403', status: 403, error: { type: 'moderation_blocked' } },
    { server: 'LiteLLM', status: 400, error: says('litellm.ContentPolicyViolationError: …') },
    {
      server: 'LiteLLM, without its class',
      status: 500,
      error: says("filtered due to the prompt triggering Azure OpenAI's content management policy."),
    },
  ])('at $server', ({ status, error }) => {
    expect(failureCause(status, error)).toBe('content-filter')
  })
})

describe('neither', () => {
  it.each([
    { name: 'a parameter', status: 400, error: says('max_tokens is too large'), cause: null },
    { name: 'talk of contexts', status: 400, error: says('context must be a string'), cause: null },
    { name: 'a name of ours that is not its own', status: 400, error: { code: 'toString' }, cause: null },
    { name: 'a limit on tokens', status: 429, error: says('maximum context length'), cause: 'rate-limit' },
    {
      name: 'a refused key, whatever it says',
      status: 401,
      error: says('prompt is too long'),
      cause: 'auth',
    },
    { name: 'a model that is not there', status: 404, error: says('model not found'), cause: 'error' },
    {
      name: 'a refused key, whatever it calls it',
      status: 403,
      error: { code: 'context_length_exceeded' },
      cause: 'auth',
    },
    { name: 'overload', status: 529, error: { type: 'overloaded_error' }, cause: 'error' },
  ])('$name', ({ status, error, cause }) => {
    expect(failureCause(status, error)).toBe(cause)
  })
})
