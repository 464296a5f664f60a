import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { createResolveContext } from '../../../compiler/resolve/resolve-context.ts'
import { type Pattern, resolvePattern } from '../../../compiler/resolve/resolve-pattern.ts'
import type { ResolvedPattern } from '../../../compiler/resolve/resolved-policy.ts'

function resolved(text: string): Pattern & { messages: string[]; kept: number } {
  const diagnostics: Diagnostic[] = []
  const patterns: ResolvedPattern[] = []
  const context = createResolveContext(() => ({ file: 'policy.yaml', start: 0, end: 0 }), diagnostics)
  const pattern = resolvePattern(text, { file: 'policy', path: [] }, { ...context, patterns })
  return { ...pattern, messages: diagnostics.map(({ message }) => message), kept: patterns.length }
}

describe('resolvePattern', () => {
  const good: [string, string, string, string[] | null][] = [
    ['Hermes', 'Hermes', 'u', ['hermes']],
    ['(?i)hermeS', 'hermeS', 'iu', ['hermes', 'hermeſ']],
    ['(?s)(?i)a.b', 'a.b', 'isu', null],
    ['(?ims)^a.b$', '^a.b$', 'imsu', null],
    ['(?ii)a', 'a', 'iu', null],
    ['(?i:a)b', '(?i:a)b', 'u', null],
    ['(?:a|b)', '(?:a|b)', 'u', null],
    ['\\p{Lu}+', '\\p{Lu}+', 'u', null],
  ]
  it.each(good)('%s', (text, source, flags, literals) =>
    expect(resolved(text)).toEqual({ source, flags, literals, messages: [], kept: 1 }),
  )

  const bad: [string, RegExp][] = [
    ['a(b', /Unterminated group$/],
    ['a**', /Nothing to repeat$/],
    ['[z-a]', /Range out of order/],
    ['\\q', /Invalid escape$/],
    ['a(?i)b', /Invalid group$/],
    ['(?x)a', /Invalid group$/],
    ['(?i)', /every text$/],
  ]
  it.each(bad)('%s is refused with the reason, and not handed on', (text, reason) => {
    const { messages, kept } = resolved(text)
    expect(messages).toEqual([expect.stringMatching(reason)])
    expect(kept).toBe(0)
  })
})
