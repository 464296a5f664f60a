import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { knownPrice } from '../../../compiler/resolve/known-price.ts'

const list = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../data/known-prices.json'), 'utf8'),
) as { date: string; models: Record<string, number[]> }

describe('the list of known prices', () => {
  it('has only prices that somebody could ask', () => {
    expect(Object.keys(list.models).length).toBeGreaterThan(1000)
    const odd = Object.entries(list.models).filter(
      ([, prices]) =>
        prices.length < 2 || prices.length > 3 || prices.some((price) => price < 0 || price > 1000),
    )
    expect(odd).toEqual([])
    expect(list.date).toMatch(/^\d{4}-\d\d-\d\d$/)
  })

  it.each([
    ['openai', 'https://api.openai.com:443', 'gpt-4o', { input: 2.5, output: 10, cachedInput: 1.25 }],
    [
      'openai',
      'https://api.openai.com:443',
      'text-embedding-3-small',
      { input: 0.02, output: 0, cachedInput: 0.02 },
    ],
    [
      'litellm',
      'http://127.0.0.1:4001',
      'anthropic/claude-sonnet-4-5',
      { input: 3, output: 15, cachedInput: 0.3 },
    ],
    ['opencode', 'http://127.0.0.1:4096', 'openai/gpt-4o', { input: 2.5 }],
    ['openai', 'https://openrouter.ai:443', 'deepseek/deepseek-chat', { input: 0.14, output: 0.28 }],
    ['openai', 'https://api.deepseek.com:443', 'deepseek-chat', { input: 0.28, cachedInput: 0.028 }],
  ] as const)('%s at %s: %s', (kind, origin, id, expected) => {
    expect(knownPrice({ kind, origin, id })).toMatchObject({ ...expected, listed: list.date })
  })

  it.each([
    ['openai', 'http://gpu:8000', 'qwen2.5-14b-awq'],
    ['openai', 'http://gpu:8000', 'toString'],
    ['openai', 'http://gpu:8000', '__proto__'],
    ['openai', 'http://gpu:8000', '*'],
    ['ollama', 'http://gpu:11434', 'gpt-4o'],
    ['demo', null, 'gpt-4o'],
  ] as const)('knows nothing of %s at %s: %s', (kind, origin, id) => {
    expect(knownPrice({ kind, origin, id })).toBeNull()
  })
})
