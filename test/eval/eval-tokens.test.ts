import { describe, expect, it } from 'vitest'
import { evalTokens } from './eval-tokens.ts'
import type { Row } from './read-rows.ts'
import { holds } from './section.ts'

const PROSE = 'Could you have a look at this? The nightly job ends early, and the log does not say why.'
const CODE = 'const total = rows.reduce((sum, { price }) => sum + price, 0)'

function row(id: string, text: string, fields: Partial<Row> = {}): Row {
  return { id, text, source: 'somewhere', ...fields }
}

function errorsOf(benign: Row[], others: Row[] = [], seen = false): Record<string, number> {
  const { errors = [] } = evalTokens({ benign, others }, { seen })
  return Object.fromEntries(errors.map(({ name, texts }) => [name, texts]))
}

describe('evalTokens', () => {
  it('judges each kind of text by itself', () => {
    const others = [
      row('b', CODE, { kind: 'coding' }),
      row('c', '今天天气怎么样？我们下午去公园散步。'),
      row('d', 'Какая сегодня погода? Мы хотим погулять.'),
      row('e', 'token: 0123456789abcdef', { source: 'gitleaks' }),
    ]
    expect(errorsOf([row('a', PROSE)], others)).toEqual({
      'benign prompts': 1,
      prose: 1,
      code: 1,
      CJK: 1,
      'other scripts': 1,
      keys: 1,
      all: 5,
    })
  })

  it.each([
    ['texts of a few tokens', 'Yes.'],
    ['what the tokenizer takes long for', `${PROSE} ${'x'.repeat(1000)}`],
  ])('leaves out %s', (_, text) => {
    expect(errorsOf([row('a', PROSE), row('b', text)])).toMatchObject({ all: 1 })
  })

  it('leaves out about half of the texts where they were seen', () => {
    const rows = Array.from({ length: 400 }, (_, i) => row(`text-${i}`, PROSE))
    const left = errorsOf(rows, [], true)['all']
    expect(left).toBeGreaterThan(150)
    expect(left).toBeLessThan(250)
  })

  it('states how far estimates are off, and misses a bound where that is far', () => {
    const { errors = [], verdicts } = evalTokens(
      { benign: [row('a', PROSE)], others: [row('b', 'qzxv jkwq vvzx'.repeat(20))] },
      { seen: false },
    )
    expect(errors.find(({ name }) => name === 'benign prompts')).toEqual({
      name: 'benign prompts',
      texts: 1,
      median: 0,
      p90: 0,
      bias: 0,
      low: 0,
    })
    expect(errors.find(({ name }) => name === 'all')).toMatchObject({ texts: 2, low: 0.5 })
    expect(verdicts.filter((verdict) => !holds(verdict)).map(({ name }) => name)).toEqual([
      'prose, median error',
    ])
  })
})
