import { expect, it } from 'vitest'
import { createLostFields } from '../../../../src/protocols/translate/lost.ts'

it('names each field once, in order, and none that is null or known', () => {
  const lost = createLostFields()
  lost.note('b')
  lost.note('a')
  lost.note('b')
  lost.noteOthers({ known: 1, empty: null, c: false, a: 2 }, new Set(['known']), 'tools[].')
  expect(lost.all()).toEqual(['b', 'a', 'tools[].c', 'tools[].a'])
})

it('is bounded, whatever a body brings', () => {
  const lost = createLostFields()
  lost.noteOthers(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, i])), new Set(), '')
  expect(lost.all()).toHaveLength(32)
})

it('says no name that cannot stand in a header', () => {
  const lost = createLostFields()
  lost.noteOthers({ 'a\r\nset-cookie: b': 1, été: 1, ['x'.repeat(65)]: 1 }, new Set(), 'tools[].')
  expect(lost.all()).toEqual(['tools[].?'])
})
