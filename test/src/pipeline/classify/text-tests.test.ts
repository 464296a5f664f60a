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
  uniqueArray,
} from 'fast-check'
import { expect, it } from 'vitest'
import { prepare } from '../../../../src/pipeline/classify/prepare.ts'
import { runTextTests } from '../../../../src/pipeline/classify/text-tests.ts'
import type { RequestText, TextPart } from '../../../../src/protocols/text-parts.ts'
import type { TextTest } from '../../../../src/table/route-table.ts'
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
    constantFrom({ kind: 'matches', source: 'a.B', flags: 'u' }),
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

it('answers all questions at once as one by one', () => {
  assert(
    property(array(question, { maxLength: 8 }), array(part, { maxLength: 5 }), (texts, parts) => {
      const request: Pick<RequestText, 'parts' | 'lastUser'> = { parts, lastUser: [1, 3] }
      const answers = runTextTests(prepare(makeRuledTable([], { texts })).texts, request)
      expect(answers).toEqual(texts.map((each) => oneByOne(each, parts)))
    }),
    { numRuns: 1000 },
  )
})
