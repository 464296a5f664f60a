import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constantFrom,
  oneof,
  property,
  record,
  string,
  tuple,
  uniqueArray,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requiredLiterals } from '../../../../compiler/regex/required-literals.ts'
import { prepare } from '../../../../src/pipeline/classify/prepare.ts'
import { runTextTests } from '../../../../src/pipeline/classify/text-tests.ts'
import type { RequestText, TextPart } from '../../../../src/protocols/text-parts.ts'
import type { TextTest } from '../../../../src/table/route-table.ts'
import { patternAndText, someText } from '../../../property/pattern-and-text.ts'
import { makeRuledTable } from '../../make-policy.ts'

const letter = constantFrom('a', 'B', 'ß', 'Ä', ' ')
const part = record<TextPart>({
  role: constantFrom('system', 'user', 'assistant'),
  kind: constantFrom('text', 'keys'),
  text: string({ unit: letter, maxLength: 12 }),
  path: constantFrom(['messages', 0, 'content']),
})
const phrase = string({ unit: letter, minLength: 1, maxLength: 3 })
const question = record<TextTest>({
  in: constantFrom('user', 'system', 'conversation'),
  test: oneof<[Arbitrary<TextTest['test']>, Arbitrary<TextTest['test']>]>(
    constantFrom({ kind: 'matches', source: 'a.B', flags: 'u', literals: null }),
    record({ kind: constantFrom('contains'), anyOf: uniqueArray(phrase, { minLength: 1, maxLength: 3 }) }),
  ),
  caseSensitive: boolean(),
})

/** The same, looked up one by one. */
function oneByOne({ in: where, test, caseSensitive }: TextTest, parts: readonly TextPart[]): boolean {
  return parts.some(({ role, kind, text }, index) => {
    if (where === 'user' ? index < 1 || index > 2 : where === 'system' ? role !== 'system' : kind === 'keys')
      return false
    if (test.kind === 'matches') return new RegExp(test.source, test.flags).test(text)
    return test.anyOf.some((each) =>
      caseSensitive ? text.includes(each) : text.toLowerCase().includes(each.toLowerCase()),
    )
  })
}

function allAtOnce(texts: readonly TextTest[], parts: TextPart[]): boolean[] {
  const request: Pick<RequestText, 'parts' | 'lastUser'> = { parts, lastUser: [1, 3] }
  return runTextTests(prepare(makeRuledTable([], { texts: [...texts] })).texts, request)
}

function said(text: string): TextPart {
  return { role: 'user', kind: 'text', text, path: ['messages', 0, 'content'] }
}

describe('runTextTests', () => {
  it('answers all questions at once as one by one', () => {
    assert(
      property(array(question, { maxLength: 8 }), array(part, { maxLength: 5 }), (texts, parts) => {
        expect(allAtOnce(texts, parts)).toEqual(texts.map((each) => oneByOne(each, parts)))
      }),
      { numRuns: 1000 },
    )
  })

  it('overlooks no match of a pattern because of the literals that the compiler found', () => {
    let matches = 0
    const pattern = tuple(patternAndText, constantFrom('u', 'iu', 'su'), someText)
    assert(
      property(array(pattern, { minLength: 1, maxLength: 6 }), (patterns) => {
        const texts = patterns.map(([[source], flags]): TextTest => {
          const literals = requiredLiterals(source, flags)
          return {
            in: 'conversation',
            test: { kind: 'matches', source, flags, literals },
            caseSensitive: true,
          }
        })
        const parts = patterns.map(([[, text], , before]) => said(before + text))
        const expected = texts.map((each) => oneByOne(each, parts))
        matches += expected.filter(Boolean).length
        expect(allAtOnce(texts, parts)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
    expect(matches).toBeGreaterThan(1000)
  })

  it('tries a pattern only where one of its literals stands', () => {
    const test: TextTest['test'] = { kind: 'matches', source: 'a|b', flags: 'u', literals: ['xyz', 'ß'] }
    const answer = (...texts: string[]): boolean[] =>
      allAtOnce([{ in: 'conversation', test, caseSensitive: true }], texts.map(said))
    expect(answer('a', 'b')).toEqual([false])
    expect(answer('a', 'xyz')).toEqual([false])
    expect(answer('a', 'b XYZ')).toEqual([true])
  })
})
