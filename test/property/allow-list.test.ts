/** An allow-list takes away the finds that it names, whatever stands around them, and no other. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanPrivacy } from '../../src/pipeline/classify/scan-privacy.ts'
import type { AllowList } from '../../src/table/route-table.ts'
import { makePrivacy, makeRuledTable } from '../src/make-policy.ts'

const VALUES = [
  '4111 1111 1111 1111',
  '5500 0000 0000 0004',
  'ada@example.org',
  'eve@mail.example.com',
  '8.8.4.4',
  '2001:4860:4860::8888',
  '+49 30 901820',
  '078-05-1120',
  'GB82WEST12345698765432',
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
] as const
const WORDS = [' and ', '\n', ', please mail ', ' (see above) ', ' -> ', '"; then "']

const base = makeRuledTable([])

function found(text: string, allow: AllowList): { found: string[]; passedOver: string[]; labels: number } {
  const table = { ...base, classify: { ...base.classify, privacy: makePrivacy({ allow }) } }
  const parts = [{ role: 'user', kind: 'text', text, path: ['messages', 0, 'content'] } as const]
  const scan = scanPrivacy({ parts }, { images: false, opaque: false }, { table })
  const spans = (finds: typeof scan.findings): string[] =>
    finds.map(({ start, end, kind }) => `${start} ${end} ${kind}`).toSorted()
  return {
    found: spans(scan.findings),
    passedOver: spans(scan.passedOver),
    labels: Object.keys(scan.labels).length,
  }
}

const texts = fc
  .array(fc.tuple(fc.constantFrom(...VALUES), fc.constantFrom(...WORDS)), { minLength: 1, maxLength: 8 })
  .map((pieces) => `x ${pieces.map(([value, word]) => value + word).join('')}`)

describe('an allow-list', () => {
  it('leaves all other finds where they are', () => {
    let taken = 0
    fc.assert(
      fc.property(texts, fc.subarray([...VALUES]), (text, values) => {
        const without = found(text, { values: [], domains: [], networks: [] })
        const within = found(text, { values, domains: [], networks: [] })
        const isAllowed = (span: string): boolean => {
          const [start, end] = span.split(' ').map(Number)
          return (values as string[]).includes(text.slice(start, end))
        }
        expect(within.found).toEqual(without.found.filter((span) => !isAllowed(span)))
        expect(within.passedOver).toEqual(without.found.filter(isAllowed))
        expect(within.labels).toBe(within.found.length > 0 ? 1 : 0)
        taken += within.passedOver.length
      }),
      { numRuns: 500 },
    )
    expect(taken).toBeGreaterThan(300)
  })
})
