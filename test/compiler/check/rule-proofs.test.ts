/** Rules that never decide, conditions that never hold, ranges that cut into each other, reroutes that help nobody. */
import { describe, expect, it } from 'vitest'
import type { RuleConfig } from '../../../compiler/config/rules.ts'
import { diagnosticsOf, type FlowPolicy } from './flow-policy.ts'

const ELSE: RuleConfig = { id: 'else', to: 'fast' }
const GUARDED = {
  labels: { private: { mayReach: 'local', onDenied: 'block' } },
  classify: { privacy: { label: 'private' }, injection: {} },
} satisfies FlowPolicy

const messages = async (code: Parameters<typeof diagnosticsOf>[0], policy: FlowPolicy): Promise<string[]> =>
  (await diagnosticsOf(code, policy)).map(({ message }) => message)

describe('unreachable rules', () => {
  const of = (rule: string, why: string): string =>
    `no request gets to the rule \`${rule}\`: ${why} all that it is for`
  it.each<[string, RuleConfig[], string[]]>([
    [
      'names the one rule that shadows, not those beside it',
      [
        { id: 'other', when: { tools: true }, to: 'fast' },
        { id: 'wide', when: { tokens: { below: 100 } }, to: 'home/b' },
        { id: 'narrow', when: { tokens: { below: 10 }, tools: false }, to: 'fast' },
      ],
      [of('narrow', 'the rule `wide` before it settles')],
    ],
    [
      'finds windows of the week that cover another',
      [
        { id: 'nights', when: { time: { from: '22:00', to: '06:00' } }, to: 'fast' },
        { id: 'days', when: { time: { from: '06:00', to: '22:00' } }, to: 'home/b' },
        { id: 'sunday', when: { time: { from: '12:00', to: '23:00', days: ['sun'] } }, to: 'home/b' },
        { id: 'never', to: 'fast' },
      ],
      [of('sunday', 'the rules before it, `nights`, `days`, together settle')],
    ],
    [
      'sees through tags that rules add',
      [
        { id: 'mark', when: { header: { 'x-job': 'batch' } }, addTags: ['batch'] },
        { id: 'tagged', when: { tag: 'batch' }, to: 'home/b' },
        { id: 'again', when: { header: { 'x-job': 'batch' }, stream: true }, to: 'fast' },
      ],
      [of('again', 'the rule `tagged` before it settles')],
    ],
    [
      'knows that an image is labelled',
      [
        { id: 'home', when: { label: 'private' }, to: 'fast' },
        { id: 'look', when: { images: true }, to: 'home/b' },
      ],
      [of('look', 'the rule `home` before it settles')],
    ],
    [
      'lets a rule be that is shadowed in part',
      [
        { id: 'narrow', when: { tokens: { below: 10 } }, to: 'home/b' },
        { id: 'wide', when: { tokens: { below: 100 } }, to: 'fast' },
      ],
      [],
    ],
    [
      'does not take a changing rule for a settling one',
      [
        { id: 'change', when: { stream: true }, set: { temperature: 0 } },
        { id: 'same', when: { stream: true }, to: 'home/b' },
      ],
      [],
    ],
  ])('%s', async (_, rules, expected) => {
    expect(
      await messages('check/unreachable-rule', { ...GUARDED, rules: { main: [...rules, ELSE] } }),
    ).toEqual(expected)
  })

  it('speaks of clients that may not ask', async () => {
    const clients = {
      crew: { keys: [{ env: 'CREW_KEY' }], models: ['auto'] },
      kid: { keys: [{ env: 'KID_KEY' }], models: ['fast'] },
    }
    const rules = { main: [{ id: 'kids', when: { client: 'kid', tools: true }, to: 'fast' }, ELSE] }
    const [found] = await diagnosticsOf('check/unreachable-rule', { clients, rules })
    expect(found?.primary.text).toBe('may not ask for `auto`')
  })
})

describe('contradictions', () => {
  it.each<[string, RuleConfig['when'], string[]]>([
    [
      'ranges apart',
      { tokens: { below: 5 }, all: [{ tokens: { atLeast: 5 } }] },
      ['these conditions exclude each other'],
    ],
    ['ranges that meet', { tokens: { below: 6 }, all: [{ tokens: { atLeast: 5 } }] }, []],
    [
      'max_tokens left out, and a range of it',
      { maxTokens: { atLeast: 0 }, not: { maxTokens: { atLeast: 0 } } },
      ['these conditions exclude each other'],
    ],
    [
      'any max_tokens, and none in a range',
      { not: { any: [{ maxTokens: { below: 5 } }, { maxTokens: { atLeast: 5 } }] } },
      [],
    ],
    [
      'no number at all',
      { not: { any: [{ tokens: { below: 5 } }, { tokens: { atLeast: 5 } }] } },
      ['this condition never holds: what it excludes always holds'],
    ],
    [
      'an unlabelled image',
      { images: true, not: { label: 'private' } },
      ['these conditions exclude each other'],
    ],
    [
      'a tag of nobody',
      { tag: 'vip' },
      ['this condition never holds: neither a client nor a rule before this one adds `vip`'],
    ],
    [
      'one dead branch of two',
      { any: [{ tag: 'vip' }, { tools: true }] },
      ['this condition never holds: neither a client nor a rule before this one adds `vip`'],
    ],
    [
      'a name under two prefixes',
      { model: 'a*', not: { model: ['auto'] } },
      ['these conditions exclude each other'],
    ],
  ])('%s', async (_, when, expected) => {
    const rules = { main: [{ id: 'odd', ...(when && { when }), to: 'home/b' }, ELSE] }
    expect(await messages('check/contradiction', { ...GUARDED, rules })).toEqual(expected)
  })

  it('is not also told as a rule without requests', async () => {
    const rules = { main: [{ id: 'odd', when: { tag: 'vip' }, to: 'home/b' }, ELSE] }
    expect(await messages('check/unreachable-rule', { rules })).toEqual([])
  })

  it.each<[string, FlowPolicy['classify'], string]>([
    ['blocked', { injection: { action: 'block' } }, 'what is flagged is refused before rules run'],
    ['not looked for', {}, 'without `classify.injection` nothing is flagged'],
  ])('knows what becomes of injections: %s', async (_, classify, why) => {
    const rules = { main: [{ id: 'odd', when: { injection: 'flagged' as const }, to: 'home/b' }, ELSE] }
    expect(await messages('check/contradiction', { ...(classify && { classify }), rules })).toEqual([
      `this condition never holds: ${why}`,
    ])
  })
})

describe('overlapping rules', () => {
  const two = (a: Partial<RuleConfig>, b: Partial<RuleConfig>): FlowPolicy => ({
    rules: { main: [{ id: 'a', to: 'fast', ...a }, { id: 'b', to: 'home/b', ...b }, ELSE] },
  })
  it.each<[string, FlowPolicy, number]>([
    ['cut into each other', two({ when: { tokens: { below: 9 } } }, { when: { tokens: { atLeast: 5 } } }), 1],
    ['the other way round', two({ when: { tokens: { atLeast: 5 } } }, { when: { tokens: { below: 9 } } }), 1],
    ['touch', two({ when: { tokens: { below: 9 } } }, { when: { tokens: { atLeast: 9 } } }), 0],
    ['lie within', two({ when: { tokens: { below: 9 } } }, { when: { tokens: { below: 20 } } }), 0],
    [
      'end alike',
      two({ when: { tokens: { below: 9 } } }, { when: { tokens: { atLeast: 5 } }, to: 'fast' }),
      0,
    ],
    [
      'ask more besides',
      two({ when: { tokens: { below: 9 } } }, { when: { tokens: { atLeast: 5 }, tools: true } }),
      0,
    ],
    [
      'ask the same besides',
      two({ when: { tokens: { below: 9 }, tools: true } }, { when: { tools: true, tokens: { atLeast: 5 } } }),
      1,
    ],
    [
      'are of different numbers',
      two({ when: { tokens: { below: 9 } } }, { when: { systemLength: { atLeast: 5 } } }),
      0,
    ],
  ])('%s', async (_, policy, count) =>
    expect(await messages('check/overlapping-rules', policy)).toHaveLength(count),
  )
})

describe('reroutes', () => {
  const rerouted = (policy: FlowPolicy): FlowPolicy => ({
    ...GUARDED,
    labels: { private: { mayReach: 'local', onDenied: { reroute: 'safe' } } },
    ...policy,
  })
  it.each<[string, FlowPolicy, number]>([
    ['to no permitted place', { models: { safe: { targets: ['pc/a'], fallback: ['away/a'] } } }, 1],
    [
      'to one among others',
      { models: { safe: { targets: ['pc/a'], fallback: ['home/a'] }, big: { targets: ['away/a'] } } },
      0,
    ],
    [
      'to a model without the surface',
      { models: { safe: { targets: ['home/a'], surfaces: ['chat'] }, big: { targets: ['away/a'] } } },
      1,
    ],
    [
      'to a model without the surface, where a trusted target takes it',
      {
        models: { safe: { targets: ['home/b'], surfaces: ['chat'] }, big: { targets: ['home/a', 'away/a'] } },
      },
      0,
    ],
    [
      'to a model without the surface, where a mode takes the trusted target away',
      {
        labels: { private: { mayReach: 'lan', onDenied: { reroute: 'safe' } } },
        models: { safe: { targets: ['home/b'], surfaces: ['chat'] }, big: { targets: ['pc/a', 'away/a'] } },
      },
      1,
    ],
    [
      'to a model without the surface, where a stricter label decides',
      {
        labels: {
          private: { mayReach: 'local', onDenied: { reroute: 'safe' } },
          tied: { mayReach: 'local', onDenied: 'block' },
        },
        models: { safe: { targets: ['home/b'], surfaces: ['chat'] }, big: { targets: ['away/a'] } },
        clients: { crew: { keys: [{ env: 'CREW_KEY' }], models: '*', labels: ['tied'] } },
      },
      0,
    ],
    [
      'to a model without a surface on which nothing is denied',
      {
        models: {
          safe: { targets: ['home/a'], surfaces: ['chat'] },
          big: { targets: ['away/a'], surfaces: ['chat'] },
          embed: { targets: ['home/b'], surfaces: ['embeddings', 'completions'] },
        },
      },
      0,
    ],
  ])('%s', async (_, policy, count) =>
    expect(await messages('check/denied-reroute', rerouted(policy))).toHaveLength(count),
  )
})

describe('rules that always are denied', () => {
  it.each<[string, RuleConfig[], string[]]>([
    ['by their own condition', [{ id: 'a', when: { label: 'private' }, to: 'away/a' }], ['a']],
    [
      'by rules before them',
      [
        { id: 'a', when: { not: { label: 'private' } }, to: 'fast' },
        { id: 'b', to: 'pc/a' },
      ],
      ['b'],
    ],
    [
      'only some requests',
      [{ id: 'a', when: { any: [{ label: 'private' }, { tools: true }] }, to: 'away/a' }],
      [],
    ],
    ['none, since a target is trusted', [{ id: 'a', when: { label: 'private' }, to: 'fast' }], []],
  ])('%s', async (_, rules, expected) => {
    const found = await messages('check/always-denied', { ...GUARDED, rules: { main: [...rules, ELSE] } })
    expect(found.map((message) => /`(\w+)`/.exec(message)?.[1])).toEqual(expected)
  })
})
