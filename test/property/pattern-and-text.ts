/**
 * Regular expressions with texts that they match, for tests of what can be known of a pattern beforehand: letters whose
 * case is odd are many among them.
 */
import { type Arbitrary, constantFrom, letrec, oneof, string, tuple } from 'fast-check'

/** A pattern, and a text that it matches unless what stands around a part is against it. */
export type PatternAndText = readonly [source: string, text: string]

const LETTERS = Array.from('aabbcdkKsSſßẞσςΣiIİǆǅ\u212a-漢😀')
const word = string({ unit: constantFrom(...LETTERS), minLength: 1, maxLength: 3 })

const { pair } = letrec<{ pair: PatternAndText }>((tie) => {
  const inner = tie('pair')
  return {
    pair: oneof(
      { maxDepth: 4, withCrossShrink: true },
      word.map((text): PatternAndText => [text, text]),
      word.map((text): PatternAndText => [text, text.toUpperCase()]),
      constantFrom<PatternAndText[]>(
        ['.', 'a'],
        ['[ab]', 'b'],
        ['[^a]', 'S'],
        ['\\w', 'k'],
        ['[σs]', 'ς'],
        ['\\b', ''],
        ['k{15,18}', 'k'.repeat(17)],
        ['b{17}', 'b'.repeat(17)],
      ),
      tuple(inner, inner).map(([a, b]): PatternAndText => [`(?:${a[0]})(?:${b[0]})`, a[1] + b[1]]),
      tuple(inner, inner).map(([a, b]): PatternAndText => [`(?:${a[0]}|${b[0]})`, b[1]]),
      tuple(inner, constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '+?'), word).map(
        ([[source, text], times, other]): PatternAndText => [
          `(?:${source})${times}${other}`,
          text.repeat(Number(/\d+/.exec(times)?.[0] ?? 1)) + other,
        ],
      ),
    ),
  }
})

/** What repeats within repetitions takes the engine too long. */
export const patternAndText: Arbitrary<PatternAndText> = pair.filter(
  ([source, text]) => text.length < 30 && (source.match(/[*+]|,\}/g) ?? []).length < 2,
)

export const someText: Arbitrary<string> = string({ unit: constantFrom(...LETTERS), maxLength: 6 })
