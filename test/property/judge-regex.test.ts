import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeRegex } from '../../compiler/regex/judge-regex.ts'
import { parseRegex } from '../../compiler/regex/parse-regex.ts'
import { countSteps } from './count-steps.ts'
import { runs } from './runs.ts'

const LIMIT = 200_000

const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('a', 'b', '[ab]', '.', '[^a]', 'c'),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a})(?:${b})`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?'))
      .map(([a, repetition]) => `(?:${a})${repetition}`),
  ),
}))

const anchored = fc
  .tuple(fc.constantFrom('', '', '', '^'), pattern, fc.constantFrom('', '', '$'))
  .map(([start, body, end]) => `${start}(?:${body})${end}`)

const word = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', '!'), minLength, maxLength })

describe('the verdict on a pattern, against a matcher that counts its steps', () => {
  it('linear: twice the text never takes much more than twice the steps', () => {
    fc.assert(
      fc.property(anchored, word(0, 3), word(1, 4), word(0, 2), (source, before, loop, after) => {
        fc.pre(judgeRegex(source, 'u').kind === 'linear')
        const node = parseRegex(source, 'u')
        const steps = (times: number): number => countSteps(node, before + loop.repeat(times) + after, LIMIT)
        expect(steps(80)).toBeLessThan(steps(40) * 2.5 + 500)
      }),
      { numRuns: runs(1000) },
    )
  })

  it('linear: repetitions within and beside each other never take many steps at a character', () => {
    const { bounded } = fc.letrec<{ bounded: string }>((tie) => ({
      bounded: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom('a', '[ab]', '.', '[^c]'),
        fc.tuple(tie('bounded'), tie('bounded')).map(([a, b]) => `(?:${a})(?:${b})`),
        fc.tuple(tie('bounded'), tie('bounded')).map(([a, b]) => `(?:${a}|${b})`),
        fc
          .tuple(tie('bounded'), fc.constantFrom('?', '{1,3}', '{1,9}', '{6}', '{0,20}', '{1,4}?'))
          .map(([a, repetition]) => `(?:${a})${repetition}`),
      ),
    }))
    fc.assert(
      fc.property(
        bounded,
        fc.constantFrom('', 'c', '[ac]', 'c|a'),
        word(1, 4),
        word(0, 2),
        (body, end, loop, after) => {
          const source = `(?:${body})${end}`
          fc.pre(judgeRegex(source, 'u').kind === 'linear')
          const text = loop.repeat(20) + after
          expect(countSteps(parseRegex(source, 'u'), text, LIMIT * 4)).toBeLessThan(LIMIT * 4)
        },
      ),
      { numRuns: runs(500) },
    )
  })

  it('slow: the text that is shown takes far more than twice the steps', () => {
    fc.assert(
      // An end that comes rarely: then much of what goes before it fails.
      fc.property(pattern, fc.constantFrom('', '*', '+'), (body, repetition) => {
        const source = `(?:${body})${repetition}d`
        const verdict = judgeRegex(source, 'u')
        fc.pre(verdict.kind === 'slow' && !/\||[*+]\?/.test(source))
        if (verdict.kind !== 'slow') return
        const { before, loop, after } = verdict.attack
        const node = parseRegex(source, 'u')
        const steps = (times: number): number => countSteps(node, before + loop.repeat(times) + after, LIMIT)
        const times = Math.ceil(160 / loop.length)
        expect(steps(times * 2) === LIMIT + 1 || steps(times * 2) > steps(times) * 3).toBe(true)
      }),
      { numRuns: runs(60) },
    )
  })
})
