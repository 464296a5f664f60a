import { onCauses } from '../../../src/table/failure-causes.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { canonicalJson } from '../../../compiler/emit/canonical-json.ts'
import { flattenFallback } from '../../../compiler/emit/to-model.ts'
import { toRouteTable } from '../../../compiler/emit/to-route-table.ts'
import { resolveDocuments, type Documents } from '../resolve/resolve-documents.ts'

function goldenFile(file: string): Record<string, unknown> {
  return parse(readFileSync(join(import.meta.dirname, `../../golden/full/${file}.yaml`), 'utf8'))
}

/** All mappings with their keys the other way round; lists as they are. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([key, child]) => [key, reversed(child)])) as T
}

async function tableOf(documents: Documents) {
  return toRouteTable((await resolveDocuments(documents)).policy)
}

describe('toRouteTable', () => {
  it('makes the same bytes of a policy of the whole language, whatever the order of its keys', async () => {
    const { models, ...policy } = goldenFile('policy')
    const { backends, modes } = goldenFile('backends')
    const { clients } = goldenFile('clients')
    const documents = { models, policy, backends, modes, clients } as Documents
    const [one, other] = await Promise.all([tableOf(documents), tableOf(reversed(documents))])
    expect(canonicalJson(other)).toBe(canonicalJson(one))
    expect(one.texts.length).toBeGreaterThan(3)
  })

  it('asks the longest beginning first', async () => {
    const any = { targets: ['gpu/small'] }
    const { wildcards } = await tableOf({ models: { '*': any, 'b/*': any, 'a/*': any, 'a/b/*': any } })
    expect(wildcards.map(({ prefix }) => prefix)).toEqual(['a/b/', 'a/', 'b/', ''])
  })

  it('gives a target the zone of its model, else of its backend, and the mode that gates it', async () => {
    const lan = {
      kind: 'litellm',
      url: 'http://lan',
      zone: 'lan',
      mode: 'gaming',
      models: { near: { id: 'n', zone: 'local' }, own: { id: 'o', context: 5, supports: ['tools'] } },
    }
    const { targets, modes } = await tableOf({ backends: { lan }, modes: { gaming: {} } })
    expect(targets['lan/near']).toMatchObject({ zone: 2, mode: 'gaming', context: null, supports: null })
    expect(targets['lan/own']).toMatchObject({ zone: 1, mode: 'gaming', context: 5, supports: ['tools'] })
    expect(targets['gpu/small']).toMatchObject({ zone: 0, mode: null })
    expect(modes).toEqual({ gaming: { whenOn: 'force-only', host: null } })
  })

  it('serves a place that a rule names, without a name for clients', async () => {
    const { models, names } = await tableOf({ policy: { rules: { main: [{ id: 'a', to: 'gpu/large' }] } } })
    expect(models['gpu/large']).toMatchObject({ kind: 'served', pool: [{ target: 'gpu/large', weight: 1 }] })
    expect(Object.keys(names)).toEqual(['fast'])
  })

  const small = { targets: ['gpu/small'] }
  const large = { targets: ['gpu/large'] }
  const fallbacks: [string, Record<string, unknown>, string[]][] = [
    [
      'a model and what it falls back to',
      { m: { ...small, fallback: ['n'] }, n: { ...large, fallback: ['demo/toy'] } },
      ['gpu/large', 'demo/toy'],
    ],
    [
      'each place once, and none of its own pool',
      { m: { ...small, fallback: ['n', 'gpu/large', 'gpu/small'] }, n: large },
      ['gpu/large'],
    ],
    [
      'deep before wide',
      { m: { ...small, fallback: ['n', 'gpu/tiny'] }, n: { ...large, fallback: ['demo/toy'] } },
      ['gpu/large', 'demo/toy', 'gpu/tiny'],
    ],
    [
      'a cycle, once round',
      { m: { ...small, fallback: ['n'] }, n: { ...large, fallback: ['m', 'demo/toy'] } },
      ['gpu/large', 'demo/toy'],
    ],
    ['itself', { m: { ...small, fallback: ['m'] } }, []],
    [
      'another for some causes, and what that one falls back to for no others',
      {
        m: { ...small, fallback: [{ to: 'n', on: ['timeout', 'context', 'content-filter'] }] },
        n: { ...large, fallback: ['gpu/tiny', { to: 'demo/toy', on: ['context', 'auth'] }] },
      },
      [
        'gpu/large on timeout or context or content-filter',
        'gpu/tiny on timeout or context',
        'demo/toy on context',
      ],
    ],
    [
      'one for some causes at once, for others later',
      { m: { ...small, fallback: [{ to: 'n', on: ['context'] }, 'gpu/tiny', 'n'] }, n: large },
      [
        'gpu/large on context',
        'gpu/tiny',
        'gpu/large on connect or error or rate-limit or timeout or auth or busy',
      ],
    ],
    [
      'nothing where a cause cannot lead to it',
      {
        m: { ...small, fallback: [{ to: 'n', on: ['auth'] }] },
        n: { ...large, fallback: [{ to: 'gpu/tiny', on: ['busy'] }] },
      },
      ['gpu/large on auth'],
    ],
  ]
  it.each(fallbacks)('falls back to %s', async (_, models, expected) => {
    const gpu = {
      kind: 'openai',
      url: 'http://gpu',
      models: { small: { id: 's' }, large: { id: 'l' }, tiny: { id: 't' } },
    }
    const demo = { kind: 'demo', models: { toy: { id: 'toy' } } }
    const { policy, codes } = await resolveDocuments({ models, backends: { gpu, demo } })
    expect(codes).toEqual([])
    const model = policy.models.get('m')
    const found = model?.kind === 'served' ? flattenFallback(model, policy) : []
    expect(found.map(({ target, on }) => target + onCauses(on))).toEqual(expected)
  })

  it('names the fallback model whose limits a place stands behind', async () => {
    const { models } = await tableOf({
      models: {
        m: { ...small, fallback: ['n', 'gpu/small'] },
        n: { ...large, limits: { requests: '5/min' } },
      },
    })
    expect(models['m']).toMatchObject({ fallback: [{ target: 'gpu/large', of: 'n' }] })
    expect(models['n']).toMatchObject({ fallback: [] })
  })

  it('keeps a target that is listed twice once', async () => {
    const { models } = await tableOf({ models: { m: { targets: ['gpu/small', 'gpu/large', 'gpu/small'] } } })
    expect(models['m']).toMatchObject({ pool: [{ target: 'gpu/small' }, { target: 'gpu/large' }] })
  })
})

describe('needs', () => {
  const none = { headers: [], text: false, complexity: false, time: false }
  const labels = { private: { mayReach: 'cloud' } }
  const sized = (small: number | undefined, large: number | undefined): Documents => {
    const of = (id: string, context: number | undefined) => (context === undefined ? { id } : { id, context })
    const models = { small: of('s', small), large: of('l', large) }
    return {
      backends: { gpu: { kind: 'openai', url: 'http://gpu', models } },
      models: { m: { targets: ['gpu/small'], fallback: ['gpu/large'] } },
    }
  }
  const when = (condition: Record<string, unknown>): Documents => ({
    policy: { labels, rules: { main: [{ id: 'a', when: condition, to: 'fast' }] } },
  })
  const rows: [string, Documents, object][] = [
    ['nothing', {}, none],
    ['nothing for names and flags', when({ client: 'home', tools: true, maxTokens: { below: 9 } }), none],
    [
      'headers in order, nested too',
      when({ header: { 'X-B': '1' }, not: { any: [{ header: { 'x-a': '1' } }] } }),
      { ...none, headers: ['x-a', 'x-b'] },
    ],
    ['text for what is said', when({ prompt: { contains: 'x' } }), { ...none, text: true }],
    ['text for tokens', when({ tokens: { below: 9 } }), { ...none, text: true }],
    ['text for the system prompt', when({ systemLength: { below: 9 } }), { ...none, text: true }],
    [
      'text and more for complexity',
      when({ complexity: 'simple' }),
      { ...none, text: true, complexity: true },
    ],
    ['the time', when({ time: { from: '01:00', to: '02:00' } }), { ...none, time: true }],
    [
      'text for a guard',
      { policy: { labels, classify: { privacy: { label: 'private' } } } },
      { ...none, text: true },
    ],
    ['text where the size decides between targets', sized(100, 200), { ...none, text: true }],
    ['text where one size is unknown', sized(100, undefined), { ...none, text: true }],
    ['none where all take as much', sized(100, 100), none],
    ['none where nothing is known', sized(undefined, undefined), none],
  ]
  it.each(rows)('%s', async (_, documents, needs) => expect((await tableOf(documents)).needs).toEqual(needs))
})
