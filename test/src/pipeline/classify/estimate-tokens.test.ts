import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateTokens } from '../../../../src/pipeline/classify/estimate-tokens.ts'

describe('estimateTokens', () => {
  /** `exact` is what OpenAI's o200k makes of it. */
  it.each([
    { text: '', exact: 0, estimate: 0 },
    {
      text: 'Could you have a look at this? The nightly job ends early, and the log does not say why.',
      exact: 22,
      estimate: 22,
    },
    {
      text: 'Wie viele Einwohner hat die Stadt, und seit wann gibt es dort eine Universität?',
      exact: 16,
      estimate: 17,
    },
    {
      text: 'const total = rows.reduce((sum, { price }) => sum + price, 0)\n    if (total > 100) return null\n',
      exact: 30,
      estimate: 29,
    },
    { text: '今天天气怎么样？我们下午去公园散步，好吗？', exact: 15, estimate: 16 },
    { text: 'このプログラムはなぜ遅いのですか。', exact: 14, estimate: 13 },
    { text: '오늘 날씨가 어때요? 공원에 가고 싶어요.', exact: 16, estimate: 15 },
    { text: 'Какая сегодня погода? Мы хотим погулять в парке.', exact: 16, estimate: 14 },
    { text: 'The total was 1,284,990.50 in 2024.', exact: 16, estimate: 18 },
    { text: 'getUserNameFromCache(orderId)', exact: 8, estimate: 9 },
    { text: 'getusernamefromcache(orderid)', exact: 7, estimate: 5 },
    { text: 'Thanks! 😀🎉', exact: 5, estimate: 6 },
    // The worst that we know, such as letters at random, is three to four times as much as it is taken for.
    { text: 'x'.repeat(900), exact: 113, estimate: 150 },
    { text: ' '.repeat(900), exact: 8, estimate: 150 },
  ])('$text: $estimate, in truth $exact', ({ text, estimate }) => {
    expect(estimateTokens(text)).toBe(estimate)
  })

  it('grows with the text, never below a sixth of its length', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary' }), (text, more) => {
        expect(estimateTokens(text + more)).toBeGreaterThanOrEqual(estimateTokens(text))
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(text.length / 6)
      }),
    )
  })
})
