import { describe, expect, it } from 'vitest'
import { slowPatterns } from '../../../compiler/check/slow-patterns.ts'
import { createResolveContext } from '../../../compiler/resolve/resolve-context.ts'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { resolveDocuments } from '../resolve/resolve-documents.ts'

/** For each phrase, what is said beside it, and the text that is shown. */
async function said(...patterns: string[]): Promise<[string, string | undefined][]> {
  const phrases = Object.fromEntries(patterns.map((matches, i) => [`p${i}`, { matches }]))
  const { policy } = await resolveDocuments({ policy: { phrases } })
  const diagnostics: Diagnostic[] = []
  slowPatterns.run(policy, createResolveContext(policy.locate, diagnostics))
  return diagnostics.map(({ primary, notes }) => [primary.text, notes[0]])
}

describe('slow patterns', () => {
  it.each([
    ['a.*b', 'twice the text takes four times as long, or more', 'such as `a!` many times'],
    ['(?s)a.*b', 'twice the text takes four times as long, or more', 'such as `a!` many times'],
    ['^(\\n|\\n)*!$', 'each repetition doubles the time', 'such as `\\n` many times'],
    ['(?i)^id=(?:A|a)+$', 'each repetition doubles the time', 'such as `id=`, then `a` many times, then `!`'],
  ])('%s: %s', async (pattern, label, note) => expect(await said(pattern)).toEqual([[label, note]]))

  it('says nothing of those that are not, and tells each place of those that are', async () => {
    expect(await said('a.{0,100}b', '\\s+$', '\\bx\\b', '\\s+$')).toHaveLength(2)
  })

  it('says that a late end counts as none', async () => {
    const { policy } = await resolveDocuments({ policy: { phrases: { p: { matches: 'a.{0,257}b' } } } })
    const diagnostics: Diagnostic[] = []
    slowPatterns.run(policy, createResolveContext(policy.locate, diagnostics))
    expect(diagnostics[0]?.notes[1]).toBe(
      'a repetition with room for more than 256 counts as one without end',
    )
  })
})
