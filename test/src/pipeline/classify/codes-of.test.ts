import { assert, property, string } from 'fast-check'
import { expect, it } from 'vitest'
import { codesOf, PADDING } from '../../../../src/pipeline/classify/codes-of.ts'

function unitsOf(text: string): number[] {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return [...units, ...Array.from({ length: PADDING }, () => 0)]
}

it.each(['', 'plain', 'ünïcode', '漢字', '😀', '\ud800', 'a'.repeat(5000), `${'a'.repeat(5000)}é`])(
  '%#: the code units of a text, and zeros',
  (text) => {
    expect([...codesOf(text)]).toEqual(unitsOf(text))
  },
)

it('those of the text that is asked for, whatever was asked for before', () => {
  assert(
    property(string({ unit: 'binary' }), string({ unit: 'binary-ascii' }), (one, other) => {
      for (const text of [one, other, other, one]) expect([...codesOf(text)]).toEqual(unitsOf(text))
    }),
  )
})
