import { describe, expect, it } from 'vitest'
import { unreachableModels } from '../../../compiler/check/unreachable-models.ts'
import { createResolveContext } from '../../../compiler/resolve/resolve-context.ts'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { resolveDocuments } from '../resolve/resolve-documents.ts'

/** Models that nothing leads to when the only client is granted these. */
async function unreached(
  grants: string[],
  policy: Record<string, unknown> = {},
  models: Record<string, unknown> = {},
): Promise<string[]> {
  const target = { targets: ['gpu/small'] }
  const { policy: resolved, codes } = await resolveDocuments({
    clients: { home: { keys: [{ env: 'K' }], models: grants } },
    models: {
      fast: { ...target, fallback: ['spare'] },
      spare: target,
      big: target,
      auto: { rules: 'main' },
      'open/*': target,
      'open/ai/*': target,
      ...models,
    },
    policy: {
      aliases: { quick: 'fast', 'gpt-*': 'big', 'open/ai/own': 'fast' },
      rules: { main: [{ id: 'else', to: 'big' }] },
      ...policy,
    },
  })
  expect(codes).toEqual([])
  const diagnostics: Diagnostic[] = []
  unreachableModels.run(resolved, createResolveContext(resolved.locate, diagnostics))
  return diagnostics.map(({ message }) => /`([^`]+)`/.exec(message)?.[1] ?? message)
}

describe('unreachable models', () => {
  const rows: [string, string[], string[]][] = [
    ['a model leads to its fallback', ['fast'], ['big', 'auto', 'open/*', 'open/ai/*']],
    ['an alias grants the model', ['quick'], ['big', 'auto', 'open/*', 'open/ai/*']],
    ['rules lead on', ['auto'], ['fast', 'spare', 'open/*', 'open/ai/*']],
    ['a wildcard alias by one of its names', ['gpt-4'], ['fast', 'spare', 'auto', 'open/*', 'open/ai/*']],
    ['a wildcard by one of its names', ['open/x'], ['fast', 'spare', 'big', 'auto', 'open/ai/*']],
    ['the longest wildcard takes a name', ['open/ai/x'], ['fast', 'spare', 'big', 'auto', 'open/*']],
    ['a name of its own needs no wildcard', ['open/ai/own'], ['big', 'auto', 'open/*', 'open/ai/*']],
    ['a wildcard as it stands, and what lies within', ['open/*'], ['big', 'auto']],
    ['a wildcard by more of the beginning', ['open/x*'], ['fast', 'spare', 'big', 'auto', 'open/ai/*']],
    ['the longest one by more of it', ['open/ai/x*'], ['fast', 'spare', 'big', 'auto', 'open/*']],
    ['names by their beginning', ['qu*', 'au*'], ['open/*', 'open/ai/*']],
    ['all', ['*'], []],
  ]
  it.each(rows)('%s', async (_, grants, expected) => expect(await unreached(grants)).toEqual(expected))

  const surfaces: [string, string[], string[]][] = [
    ['none of its surfaces', ['chat'], ['fast']],
    ['one of them', ['chat', 'completions'], []],
  ]
  it.each(surfaces)('a model of which the policy serves %s', async (_, served, expected) => {
    const target = { targets: ['gpu/small'], surfaces: ['embeddings', 'completions'] }
    expect(await unreached(['*'], { surfaces: served }, { fast: target })).toEqual(expected)
  })

  const sinks: [string, Record<string, unknown>][] = [
    ['a reroute', { labels: { private: { mayReach: 'cloud', onDenied: { reroute: 'big' } } } }],
    ['the classifier', { classify: { complexity: { classifier: { model: 'big' } } } }],
    ['the cache', { cache: { zone: 'lan', ttl: '1h', semantic: { embed: 'big', threshold: 0.5 } } }],
  ]
  it.each(sinks)('%s leads to a model', async (_, policy) => {
    expect(await unreached(['fast'], policy)).toEqual(['auto', 'open/*', 'open/ai/*'])
  })
})
