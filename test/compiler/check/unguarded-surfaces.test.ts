import { describe, expect, it } from 'vitest'
import { unguardedSurfaces } from '../../../compiler/check/unguarded-surfaces.ts'
import { KIND_SURFACES } from '../../../src/table/kind-surfaces.ts'
import { ALL_SURFACES } from '../../../src/table/surfaces.ts'
import { messagesOf } from './messages-of.ts'

const targets = ['gpu/small']

interface Served {
  policy?: Record<string, unknown>
  backends?: Record<string, unknown>
  models?: Record<string, unknown>
  granted?: string[]
}

async function unguarded(surfaces: string[] | null, served: Served = {}): Promise<string[]> {
  const { policy = {}, models = {}, backends = {}, granted = ['fast'] } = served
  const privacy = { label: 'private', ...(surfaces && { surfaces }) }
  return messagesOf(unguardedSurfaces, {
    models,
    backends,
    policy: { labels: { private: { mayReach: 'cloud' } }, classify: { privacy }, ...policy },
    clients: { home: { keys: [{ env: 'K' }], models: granted } },
  })
}

const misses = (...surfaces: string[]): string =>
  `\`classify.privacy\` does not look at ${surfaces.map((name) => `\`${name}\``).join(', ')}, which ${surfaces.length === 1 ? 'is' : 'are'} served`

describe('surfaces that a guard does not see', () => {
  it('none where the guard says nothing', async () => expect(await unguarded(null)).toEqual([]))

  it('what is served and not listed', async () => {
    const served = new Set<string>([...KIND_SURFACES.openai, 'responses', 'messages', 'count-tokens'])
    const unseen = ALL_SURFACES.filter((surface) => served.has(surface) && surface !== 'completions')
    expect(await unguarded(['completions'])).toEqual([misses(...unseen)])
  })

  it('each surface alone, whatever it is', async () => {
    const backends = {
      all: { kind: 'openai', url: 'http://all', speaks: ALL_SURFACES, models: { m: { id: 'm' } } },
    }
    const models = { fast: { targets: ['all/m'] } }
    for (const surface of ALL_SURFACES) {
      const others = ALL_SURFACES.filter((other) => other !== surface)
      expect(await unguarded(others, { models, backends })).toEqual([misses(surface)])
    }
  })

  it('not what the policy does not serve', async () => {
    expect(await unguarded(['chat'], { policy: { surfaces: ['chat'] } })).toEqual([])
  })

  it('not what no model serves that a client comes to', async () => {
    const fast = { targets, surfaces: ['chat'] }
    expect(await unguarded(['chat'], { models: { fast, other: { targets } } })).toEqual([])
  })

  it('what a rule leads to, and only what it lets through', async () => {
    const models = { auto: { rules: 'main' }, fast: { targets, surfaces: ['chat'] }, other: { targets } }
    const rules = {
      main: [
        { id: 'a', when: { surface: ['chat', 'embeddings'] }, to: 'other' },
        { id: 'else', to: 'fast' },
      ],
    }
    expect(await unguarded(['chat'], { policy: { rules }, models, granted: ['auto'] })).toEqual([
      misses('embeddings'),
    ])
  })

  it('not what only a fallback or a reroute would serve: they take what led there', async () => {
    const other = { targets: ['gpu/large'], surfaces: ['embeddings'] }
    const fast = { targets, surfaces: ['chat'] }
    const labels = { private: { mayReach: 'local', onDenied: { reroute: 'other' } } }
    const models = { fast: { ...fast, fallback: ['other'] }, other }
    expect(await unguarded(['chat'], { policy: { labels }, models })).toEqual([])
  })
})
