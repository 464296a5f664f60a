import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../../src/pipeline/forward/exchange.ts'
import { kept, keepExchange } from '../../../src/pipeline/kept.ts'
import { makeExchange } from './forward/make-exchange.ts'

/** A chat request with a text of so many characters. */
function asking(characters: number): Exchange {
  const content = 'x'.repeat(characters)
  return makeExchange({}, { body: JSON.stringify({ model: 'safe', messages: [{ role: 'user', content }] }) })
}

describe('keepExchange', () => {
  const small = asking(1000)
  it.each<[string, Exchange, boolean]>([
    ['a small one', small, true],
    ['but no large one', asking(65_536), false],
    ['nor one with files', { ...small, request: { ...small.request, form: [] } }, false],
    ['nor one with a label', { ...small, labelled: true }, false],
  ])('keeps %s', (_, exchange, isKept) => {
    kept.exchange = null
    keepExchange(exchange)
    expect(kept.exchange === exchange).toBe(isKept)
  })
})
