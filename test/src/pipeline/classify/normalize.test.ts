import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalize } from '../../../../src/pipeline/classify/normalize.ts'

describe('normalize', () => {
  it.each([
    { name: 'plain text', text: 'plain ünïcode \\n', json: false, plain: 'plain ünïcode \\n' },
    { name: 'zero width', text: 's\u200bk-\u2060a\ufeffb', json: false, plain: 'sk-ab' },
    { name: 'soft hyphen', text: 'pass\u00adword', json: false, plain: 'password' },
    { name: 'full width', text: '４１１１\uff20', json: false, plain: '4111@' },
    { name: 'hyphens and dashes', text: '258\u201145\u20136033\u22121', json: false, plain: '258-45-6033-1' },
    { name: 'a dash between clauses', text: 'yes\u2014no', json: false, plain: 'yes\u2014no' },
    {
      name: 'invisible beyond the first plane',
      text: 'a\u{e0100}b\u{e0041}c😀',
      json: false,
      plain: 'abc😀',
    },
    { name: 'the same as escapes', text: String.raw`a\udb40\udd00b`, json: true, plain: 'ab' },
    { name: 'half of what is invisible', text: 'a\udb40b', json: false, plain: 'ab' },
    { name: 'other fillers', text: 'a\u180fb\uffa0c\ufff9d', json: false, plain: 'abcd' },
    { name: 'odd spaces', text: 'a\u00a0b\u2003c', json: false, plain: 'a b c' },
    { name: 'escapes', text: String.raw`\"a\u0040b\"\n\\`, json: true, plain: '"a@b"\n\\' },
    { name: 'a broken escape', text: '\\u00g', json: true, plain: 'u00g' },
    { name: 'by number, of two halves', text: String.raw`\x41\ud83d\ude00`, json: true, plain: 'A😀' },
    { name: 'a backslash at the end', text: 'a\\', json: true, plain: 'a\\' },
  ])('$name', ({ text, json, plain }) => {
    expect(normalize(text, json).text).toBe(plain)
  })

  it('leads back to the characters as they were written', () => {
    const text = String.raw`x\u0040\ny`
    const { text: plain, offsets } = normalize(text, true)
    expect(plain).toBe('x@\ny')
    expect(offsets && [...offsets]).toEqual([0, 1, 7, 9, 10])
  })

  it('takes a backslash that escapes nothing with what it stands before', () => {
    expect([...(normalize(String.raw`a\qb`, true).offsets ?? [])]).toEqual([0, 1, 3, 4])
  })

  it('reads what JSON.stringify wrote', () => {
    assert(
      property(string({ unit: constantFrom('a', '"', '\\', '\n', '\t', '/', 'é', '\u0001') }), (text) => {
        expect(normalize(JSON.stringify(text), true).text).toBe(`"${text}"`)
      }),
    )
  })
})
