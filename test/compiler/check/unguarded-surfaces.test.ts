import { describe, expect, it } from 'vitest'
import { unguardedSurfaces } from '../../../compiler/check/unguarded-surfaces.ts'
import { messagesOf } from './messages-of.ts'

const targets = ['gpu/small']

async function unguarded(
  surfaces: string[] | undefined,
  policy: Record<string, unknown> = {},
  models: Record<string, unknown> = {},
): Promise<string[]> {
  const privacy = { label: 'private', ...(surfaces && { surfaces }) }
  return messagesOf(unguardedSurfaces, {
    models,
    policy: { labels: { private: { mayReach: 'cloud' } }, classify: { privacy }, ...policy },
    clients: { home: { keys: [{ env: 'K' }], models: ['fast'] } },
  })
}
const misses = (...surfaces: string[]): string =>
  `\`classify.privacy\` does not look at ${surfaces.map((name) => `\`${name}\``).join(', ')}, which ${surfaces.length === 1 ? 'is' : 'are'} served`

describe('surfaces that a guard does not see', () => {
  it('none where the guard says nothing', async () => expect(await unguarded(undefined)).toEqual([]))

  it('what is served and not listed', async () => {
    expect(await unguarded(['completions'])).toEqual([misses('chat', 'embeddings')])
  })

  it('not what the policy does not serve', async () => {
    expect(await unguarded(['chat'], { surfaces: ['chat'] })).toEqual([])
  })

  it('not what no model serves that a client comes to', async () => {
    const fast = { targets, surfaces: ['chat'] }
    expect(await unguarded(['chat'], {}, { fast, other: { targets } })).toEqual([])
  })

  it('what a fallback or a reroute leads to', async () => {
    const other = { targets: ['gpu/large'], surfaces: ['embeddings'] }
    const fast = { targets, surfaces: ['chat'] }
    expect(await unguarded(['chat'], {}, { fast: { ...fast, fallback: ['other'] }, other })).toEqual([
      misses('embeddings'),
    ])
    const labels = { private: { mayReach: 'local', onDenied: { reroute: 'other' } } }
    expect(await unguarded(['chat'], { labels }, { fast, other })).toEqual([misses('embeddings')])
  })
})
