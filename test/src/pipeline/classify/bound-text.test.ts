import { expect, it } from 'vitest'
import { boundText } from '../../../../src/pipeline/classify/bound-text.ts'
import { textParts } from '../../../../src/protocols/text-parts.ts'

const text = textParts(
  {
    messages: [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'a question' },
      { role: 'assistant', content: 'a call' },
    ],
  },
  'chat',
)

it.each([
  { maxLength: 23, left: ['be kind', 'a question', 'a call'] },
  { maxLength: 22, left: ['be kind', 'a question', 'a cal'] },
  { maxLength: 12, left: ['be', 'a question', ''] },
  { maxLength: 5, left: ['', 'a que', ''] },
])('keeps $maxLength characters, of the last user turn first', ({ maxLength, left }) => {
  const bounded = boundText(text, maxLength)
  expect(bounded.parts.map((part) => part.text)).toEqual(left)
  expect(bounded.lastUser).toEqual([1, 2])
})
