import { describe, expect, it } from 'vitest'
import { maskRanges } from '../../../compiler/diagnostics/secret-shapes.ts'
import { findSecrets } from '../../../compiler/load/find-secrets.ts'
import { parseYaml } from '../../../compiler/load/parse-yaml.ts'

function mask(text: string, file: 'policy' | 'backends' | 'clients' = 'backends'): string {
  return maskRanges(text, findSecrets(text, parseYaml(text, 'x.yaml').document, file))
}

/** Put together here, so that no scanner takes this file for a leak. */
const SECRETS = [
  { name: 'an OpenAI key', secret: ['sk', 'proj-AbCdEfGhIjKlMnOp1234'].join('-') },
  { name: 'a key of ours', secret: ['sk', 'aicc-abcd2345-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'].join('-') },
  { name: 'a GitHub token', secret: ['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_') },
  { name: 'an AWS access key', secret: ['AKIA', 'IOSFODNN7EXAMPLE'].join('') },
  { name: 'a Hugging Face token', secret: ['hf', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('_') },
  {
    name: 'a signed token',
    secret: ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NSJ9', 'c2lnbmF0dXJl'].join('.'),
  },
  { name: 'a random key', secret: 'tR7kPq2mZx9vLs4wYb6nHc1dJf8gQa3eUo' },
  { name: 'a hexadecimal key', secret: '9f86d081884c7d659a2feaa0c55ad015' },
]

describe('findSecrets', () => {
  it.each(SECRETS)('finds $name in a value, in a comment and in broken YAML', ({ secret }) => {
    const stars = '*'.repeat(secret.length)
    expect(mask(`a: ${secret}\n`)).toBe(`a: ${stars}\n`)
    expect(mask(`a: 1 # was '${secret}'\n`)).toBe(`a: 1 # was '${stars}'\n`)
    expect(mask(`a: [\n  "${secret}"\n`)).toBe(`a: [\n  "${stars}"\n`)
  })

  const short = ['sk', 'x'.repeat(16)].join('-')
  const kind = 'PRIVATE KEY'
  const places = [
    {
      name: 'a password in a URL',
      text: 'url: http://me:hunter2@host:1',
      masked: 'url: http://me:*******@host:1',
    },
    { name: 'a word where a key belongs', text: 'password: hunter2', masked: 'password: *******' },
    { name: 'a quoted one', text: "apiKey: 'hunter-2'", masked: 'apiKey: **********' },
    {
      name: 'two keys in one value',
      text: `a: ${short} ${short}`,
      masked: `a: ${'*'.repeat(19)} ${'*'.repeat(19)}`,
    },
    {
      name: 'a private key with its line breaks',
      text: ['a: |', `  -----BEGIN ${kind}-----`, '  abc', `  -----END ${kind}-----`].join('\n'),
      masked: ['a: |', `  ${'*'.repeat(27)}`, '*****', '*'.repeat(27)].join('\n'),
    },
  ]
  it.each(places)('finds $name', ({ text, masked }) => expect(mask(text)).toBe(masked))

  const harmless = [
    'key: { env: OPENAI_API_KEY }',
    'env: my_lower_case_key',
    'env: GPU_3090_KEY',
    "sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'",
    'id: meta-llama/Llama-3.3-70B-Instruct-AWQ-INT4',
    'id: DeepSeekR1DistillQwen32BInstruct',
    'id: hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M',
    'url: http://gpu-host.internal.example.com:8000/v1',
    'id: gpt-4o-2024-08-06',
    'note: sk-1 is short',
    'path: /etc/ssl/certs/ca-certificates-2027.pem',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: 1',
  ]
  it.each(harmless)('lets %s be', (text) => expect(mask(text)).toBe(text))

  it('takes `key` for a name in policy.yaml, where aliases are free', () => {
    expect(mask('aliases: { key: qwen-14b-instruct }', 'policy')).toContain('qwen-14b-instruct')
  })
})
