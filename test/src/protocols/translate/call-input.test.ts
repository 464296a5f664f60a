import { expect, it } from 'vitest'
import { callInput } from '../../../../src/protocols/translate/call-input.ts'

it.each([
  { given: '{"a":1}', input: { a: 1 } },
  { given: { a: 1 }, input: { a: 1 } },
  { given: ' ', input: {} },
  { given: 'null', input: {} },
  { given: null, input: {} },
  { given: undefined, input: {} },
  { given: '{"a":', input: null },
  { given: '[1]', input: null },
  { given: '1', input: null },
  { given: [1], input: null },
  { given: 1, input: null },
])('of $given the input is $input', ({ given, input }) => {
  expect(callInput(given)).toEqual(input)
})
