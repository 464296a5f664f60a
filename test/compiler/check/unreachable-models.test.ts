import { describe, expect, it } from 'vitest'
import { unreachableModels } from '../../../compiler/check/unreachable-models.ts'
import { createResolveContext } from '../../../compiler/resolve/resolve-context.ts'
import type { Diagnostic } from '../../../compiler/diagnostics/diagnostic.ts'
import { resolveDocuments } from '../resolve/resolve-documents.ts'

/** Models that nothing leads to when the only client is granted these. */
async function unreached(models: string[], policy: Record<string, unknown> = {}): Promise<string[]> {
  const target = { targets: ['gpu/small'] }
  const { policy: resolved, codes } = await resolveDocuments({
    clients: { home: { keys: [{ env: 'K' }], models } },
    models: {
      fast: { ...target, fallback: ['spare'] },
      spare: target,
      big: target,
      auto: { rules: 'main' },
      'open/*': target,
    },
    policy: {
      aliases: { quick: 'fast', 'gpt-*': 'big' },
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
    ['a model leads to its fallback', ['fast'], ['big', 'auto', 'open/*']],
    ['an alias grants the model', ['quick'], ['big', 'auto', 'open/*']],
    ['rules lead on', ['auto'], ['fast', 'spare', 'open/*']],
    ['a wildcard alias by one of its names', ['gpt-4'], ['fast', 'spare', 'auto', 'open/*']],
    ['a wildcard by one of its names', ['open/x'], ['fast', 'spare', 'big', 'auto']],
    ['a wildcard as it stands', ['open/*'], ['fast', 'spare', 'big', 'auto']],
    ['a wildcard by more of the beginning', ['open/x*'], ['fast', 'spare', 'big', 'auto']],
    ['names by their beginning', ['qu*', 'au*'], ['open/*']],
    ['all', ['*'], []],
  ]
  it.each(rows)('%s', async (_, grants, expected) => expect(await unreached(grants)).toEqual(expected))

  const sinks: [string, Record<string, unknown>][] = [
    ['a reroute', { labels: { private: { mayReach: 'cloud', onDenied: { reroute: 'big' } } } }],
    ['the classifier', { classify: { complexity: { classifier: { model: 'big' } } } }],
    ['the cache', { cache: { zone: 'lan', ttl: '1h', semantic: { embed: 'big', threshold: 0.5 } } }],
  ]
  it.each(sinks)('%s leads to a model', async (_, policy) => {
    expect(await unreached(['fast'], policy)).toEqual(['auto', 'open/*'])
  })
})
