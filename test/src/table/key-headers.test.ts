import { expect, it } from 'vitest'
import { keyHeaders } from '../../../src/table/key-headers.ts'

it.each([
  ['openai', 'sk-1', { authorization: 'Bearer sk-1' }],
  ['opencode', 'pässword', { authorization: `Basic ${Buffer.from('opencode:pässword').toString('base64')}` }],
  ['anthropic', 'sk-ant-1', { 'x-api-key': 'sk-ant-1', 'anthropic-version': '2023-06-01' }],
  ['anthropic', undefined, { 'anthropic-version': '2023-06-01' }],
  ['opencode', undefined, {}],
  ['vllm', undefined, {}],
] as const)('tells a server of kind %s its key where it looks', (kind, key, headers) => {
  expect(keyHeaders(kind, key)).toEqual(headers)
})
