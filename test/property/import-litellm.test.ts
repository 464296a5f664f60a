/**
 * Whatever a LiteLLM configuration says: what is made of it compiles, is formatted, and holds no secret.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatText } from '../../compiler/format/format-text.ts'
import { importLiteLlm } from '../../compiler/import/import-litellm.ts'
import { toYaml } from '../../compiler/import/to-yaml.ts'
import { compileTexts } from './compile-documents.ts'
import { isSample, runs } from './runs.ts'

const name = fc.constantFrom(
  'a',
  'b',
  'c',
  'gpt-4o',
  'team/a',
  'a:7b',
  'x y',
  'openai/*',
  'a*',
  '*',
  'a*b',
  '',
)
const model = fc.constantFrom(
  'openai/gpt-4o',
  'gpt-4o-mini',
  'azure/gpt',
  'ollama/llama3.2:3b',
  'groq/llama',
  'hosted_vllm/Qwen/Coder',
  'openrouter/meta/llama',
  'openai/*',
  'anthropic/*',
  '*',
  'unheard-of',
)
const base = fc.constantFrom(
  'http://gpu:8000',
  'http://gpu:8000/v1/',
  'http://127.0.0.1:81',
  'https://user:canary-password@host',
  'os.environ/BASE',
  'no url',
  17,
)
const apiKey = fc.constantFrom('os.environ/A_KEY', 'none', 'canary-one', 'canary-two', '', 5)
const seconds = fc.constantFrom<unknown>(0.5, 5, 30, 600, 6000, '30', 0, -1, 'soon')

const deployment = fc.record(
  {
    model_name: name,
    litellm_params: fc.record(
      {
        model,
        api_base: base,
        api_key: apiKey,
        weight: fc.constantFrom<unknown>(1, 3, 0.4, 0, -2, 1e9, 'heavy'),
        order: fc.constantFrom<unknown>(1, 2, 'first'),
        timeout: seconds,
        stream_timeout: seconds,
        rpm: fc.nat(9),
      },
      { requiredKeys: ['model'] },
    ),
    model_info: fc.record(
      {
        mode: fc.constantFrom('chat', 'embedding', 'image_generation'),
        max_input_tokens: fc.constantFrom<unknown>(8192, '8192', 0, 1.5, 1e12),
        input_cost_per_token: fc.constantFrom<unknown>(0.000003, '1e-6', -1, 0),
        supports_vision: fc.boolean(),
        supports_function_calling: fc.boolean(),
        supports_response_schema: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['model_name', 'litellm_params'] },
)

const fallbacks = fc.array(
  fc.dictionary(name, fc.array(fc.oneof(name, fc.constant({ model: 'a' })), { maxLength: 3 }), {
    maxKeys: 2,
  }),
  { maxLength: 4 },
)

const config = fc.record(
  {
    model_list: fc.array(deployment, { minLength: 1, maxLength: 6 }),
    litellm_settings: fc.record(
      { fallbacks, default_fallbacks: fc.array(name, { maxLength: 2 }), request_timeout: seconds },
      { requiredKeys: [] },
    ),
    router_settings: fc.record(
      {
        fallbacks,
        routing_strategy: fc.constantFrom(
          'least-busy',
          'simple-shuffle',
          'latency-based-routing',
          'other',
          3,
        ),
        model_group_alias: fc.dictionary(
          name,
          fc.oneof(name, fc.record({ model: name, hidden: fc.boolean() })),
          {
            maxKeys: 3,
          },
        ),
        timeout: seconds,
        stream_timeout: seconds,
      },
      { requiredKeys: [] },
    ),
    general_settings: fc.record(
      {
        master_key: fc.constantFrom('os.environ/MASTER', 'canary-master', 5),
        database_url: fc.constant('canary-db'),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['model_list'] },
)

describe('an imported configuration', () => {
  it('compiles, is formatted, and holds no secret', async () => {
    let served = 0
    await fc.assert(
      fc.asyncProperty(config, async (source) => {
        const imported = importLiteLlm(source, { url: 'http://127.0.0.1:4001', keyEnv: 'LITELLM_KEY' })
        const texts = {
          policy: toYaml(imported.policy, 'policy.yaml'),
          backends: toYaml(imported.backends, 'backends.yaml'),
          clients: toYaml(imported.clients, 'clients.yaml'),
        }
        const { diagnostics } = await compileTexts(texts)
        const errors = diagnostics.filter(({ severity }) => severity === 'error')
        expect(
          errors.map(({ code, message }) => `${code}: ${message}`),
          JSON.stringify(texts),
        ).toEqual([])
        for (const text of Object.values(texts)) expect(formatText(text, 'a.yaml')).toEqual({ text })
        expect(JSON.stringify([texts, imported.findings])).not.toContain('canary')
        served += Object.keys(imported.policy.models).length
      }),
      { numRuns: runs(80) },
    )
    if (!isSample) expect(served).toBeGreaterThan(50)
  })
})
