import { assert, constantFrom, integer, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unescape } from '../../../../src/pipeline/classify/escaped-text.ts'

describe('unescape', () => {
  it.each([
    { name: 'no escape', text: 'plain', plain: 'plain' },
    { name: 'each of them', text: String.raw`\n\r\t\b\f\"\/\u0041`, plain: '\n\r\t\b\f"/A' },
    { name: 'two levels', text: String.raw`\\n\\\"`, plain: '\n"' },
    { name: 'a broken one', text: String.raw`\u00g\x`, plain: 'u00gx' },
  ])('$name', ({ text, plain }) => {
    expect(unescape(text).text).toBe(plain)
  })

  it('reads what was written into a string two times, and leads back', () => {
    assert(
      property(
        string({ unit: constantFrom('a', '"', '\n', '\t', 'é', '\u0001') }),
        integer({ min: 0, max: 2 }),
        (text, levels) => {
          let written = text
          for (let level = 0; level < levels; level += 1) written = JSON.stringify(written).slice(1, -1)
          const { text: read, offsets } = unescape(written)
          expect(read).toBe(text)
          if (offsets === null) return
          expect(offsets).toHaveLength(text.length + 1)
          for (const [i, at] of offsets.entries()) {
            const end = offsets[i + 1] ?? written.length
            if (i < text.length) expect(unescape(written.slice(at, end)).text).toBe(text.charAt(i))
          }
        },
      ),
    )
  })

  it('copies a text a bounded number of times, however many backslashes it has', () => {
    expect(unescape('\\'.repeat(64)).text).toBe('\\'.repeat(8))
  })
})
