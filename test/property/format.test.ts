/**
 * Formatting never changes what a policy means, whatever style it was written in and wherever comments stand.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, stringify, type ToStringOptions } from 'yaml'
import { formatText } from '../../compiler/format/format-text.ts'
import { compileTexts, type PolicyTexts } from './compile-documents.ts'
import { policyDocuments } from './policy-documents.ts'
import { runs } from './runs.ts'

const style: fc.Arbitrary<ToStringOptions> = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 30, 80),
  collectionStyle: fc.constantFrom<('any' | 'block' | 'flow')[]>('any', 'block', 'flow'),
  defaultStringType: fc.constantFrom<('PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE')[]>(
    'PLAIN',
    'QUOTE_DOUBLE',
    'QUOTE_SINGLE',
  ),
  flowCollectionPadding: fc.boolean(),
})

/** What may stand between two lines, or behind one. */
const noise = fc.array(
  fc.record({
    at: fc.nat(60),
    what: fc.constantFrom('', '# a word', '   # further in', '\n\n', '# one\n\n# two', ' # behind'),
  }),
  { maxLength: 6 },
)

function withNoise(text: string, places: readonly { at: number; what: string }[]): string {
  const lines = text.split('\n')
  for (const { at, what } of places) {
    const i = at % lines.length
    // Behind a line that holds a whole value a comment may follow; between lines always.
    if (what === ' # behind') lines[i] = `${lines[i] ?? ''}${lines[i]?.endsWith('#') ? '' : what}`
    else lines.splice(i, 0, what)
  }
  return lines.join('\n')
}

function formatted(text: string): string {
  const result = formatText(text, 'policy.yaml')
  if (!('text' in result)) throw new Error(`${JSON.stringify(result)} of\n${text}`)
  return result.text
}

/** The three files in some style, with comments somewhere. */
const texts: fc.Arbitrary<PolicyTexts> = fc
  .tuple(policyDocuments, style, noise)
  .map(([{ policy, backends, clients }, options, places]) => ({
    policy: withNoise(stringify(policy, options), places),
    backends: withNoise(stringify(backends, options), places),
    clients: withNoise(stringify(clients, options), places),
  }))
  // In the midst of a flow collection not every line may hold a comment.
  .filter((all) => Object.values(all).every((text) => parseDocument(text).errors.length === 0))

describe('formatted policies', () => {
  it('are formatted whatever they look like, and then stay as they are', () => {
    fc.assert(
      fc.property(texts, ({ policy }) => {
        const once = formatted(policy)
        expect(formatted(once)).toBe(once)
      }),
      { numRuns: runs(80) },
    )
  })

  it('compile to the same table', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (before) => {
        const { policy, backends, clients } = before
        const after = {
          policy: formatted(policy),
          backends: formatted(backends),
          clients: formatted(clients),
        }
        const [was, is] = [await compileTexts(before), await compileTexts(after)]
        expect(is.ok).toBe(was.ok)
        expect(is.ok && is.table).toEqual(was.ok && was.table)
      }),
      { numRuns: runs(12) },
    )
  })
})
