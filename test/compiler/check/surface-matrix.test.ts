/** Every surface of the registry against every guard of the compiler: none is served that they do not see. */
import { stringify } from 'yaml'
import { describe, expect, it } from 'vitest'
import type { Surface } from '../../../src/table/route-table.ts'
import { ALL_SURFACES } from '../../../src/table/surfaces.ts'
import { wireOf } from '../../../src/table/wire-of.ts'
import { compileTexts } from '../../property/compile-documents.ts'

interface Given {
  /** What the place in the cloud speaks. */
  speaks: readonly Surface[]
  /** What the policy serves. */
  served: readonly Surface[]
  privacy?: readonly Surface[]
  injection?: readonly Surface[]
}

/** Codes of a policy whose model has a place at home for all, and one in the cloud. */
async function codesOf({ speaks, served, privacy = served, injection = served }: Given): Promise<string[]> {
  const place = (zone: string, spoken: readonly Surface[]): object => ({
    kind: 'openai',
    url: `https://${zone}.example`,
    zone,
    speaks: spoken,
    models: { m: { id: 'm' } },
  })
  const { diagnostics } = await compileTexts({
    policy: stringify({
      surfaces: served,
      labels: { private: { mayReach: 'local' } },
      classify: { privacy: { label: 'private', surfaces: privacy }, injection: { surfaces: injection } },
      models: { auto: { targets: ['home/m', 'away/m'] } },
    }),
    backends: stringify({ backends: { home: place('local', ALL_SURFACES), away: place('cloud', speaks) } }),
    clients: stringify({ clients: { crew: { keys: [{ env: 'K' }], models: '*' } } }),
  })
  const codes = diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  return [...new Set(codes)]
}

describe.each(ALL_SURFACES)('%s', (surface) => {
  const others = ALL_SURFACES.filter((other) => other !== surface)

  it('leaks where it is served and a place in the cloud speaks it', async () => {
    expect(await codesOf({ speaks: [surface], served: [surface] })).toEqual(['check/privacy-leak'])
  })

  it('leaks by what it can be translated to', async () => {
    for (const other of others) {
      const leaks = wireOf([other], surface) !== null
      expect(await codesOf({ speaks: [other], served: [surface] }), other).toEqual(
        leaks ? ['check/privacy-leak'] : [],
      )
    }
  })

  it('must be seen by both guards, if it is served', async () => {
    for (const guard of ['privacy', 'injection'] as const) {
      const seen = { [guard]: others }
      const codes = await codesOf({ speaks: ['embeddings'], served: ALL_SURFACES, ...seen })
      expect(codes, guard).toContain('check/unguarded-surface')
      expect(await codesOf({ speaks: ['embeddings'], served: others, ...seen }), guard).not.toContain(
        'check/unguarded-surface',
      )
    }
  })
})
