import { array, assert, constantFrom, property, tuple } from 'fast-check'
import { expect, it } from 'vitest'
import { requiredLiterals } from '../../compiler/regex/required-literals.ts'
import { type PrivacyScan, scanPrivacy } from '../../src/pipeline/classify/scan-privacy.ts'
import type { TextPart } from '../../src/protocols/text-parts.ts'
import type { PrivacyPattern } from '../../src/table/route-table.ts'
import { makePattern, makePrivacy, makeRuledTable } from '../src/make-policy.ts'
import { patternAndText, someText } from './pattern-and-text.ts'

const READABLE = { images: false, opaque: false }
const PLAIN = makeRuledTable([])

function scan(patterns: PrivacyPattern[], parts: readonly TextPart[]): PrivacyScan {
  const privacy = makePrivacy({ detectors: [], patterns })
  return scanPrivacy({ parts: [...parts] }, READABLE, {
    table: { ...PLAIN, classify: { ...PLAIN.classify, privacy } },
  })
}

it('finds the same with the literals that the compiler derives as with none', () => {
  let finds = 0
  const pattern = tuple(patternAndText, constantFrom('u', 'iu', 'su'), someText)
  assert(
    property(array(pattern, { minLength: 1, maxLength: 4 }), (drawn) => {
      const patterns = drawn.map(([[source], flags], i) =>
        makePattern({ id: `p${i}`, source, flags, literals: requiredLiterals(source, flags) }),
      )
      const unfiltered = drawn.map(([[source], flags], i) =>
        makePattern({ id: `p${i}`, source, flags, literals: null }),
      )
      const parts = drawn.map(([[, text], , before]): TextPart => ({
        role: 'user',
        kind: 'text',
        text: before + text,
        path: [],
      }))
      const found = scan(patterns, parts)
      finds += found.findings.length
      expect(found).toEqual(scan(unfiltered, parts))
    }),
    { numRuns: 300 },
  )
  expect(finds).toBeGreaterThan(300)
})
