import { describe, expect, it } from 'vitest'
import { GIVEN_UP } from '../../../compiler/flow/flow.ts'
import type { Condition, RuleConfig } from '../../../compiler/config/rules.ts'
import { diagnosticsOf, type FlowPolicy } from './flow-policy.ts'

const PRIVATE = {
  labels: { private: { mayReach: 'local' } },
  classify: { privacy: { label: 'private' } },
} satisfies FlowPolicy
const CLOUD_TRACE = {
  sink: 'langfuse',
  url: 'https://trace.example',
  zone: 'cloud',
  publicKey: { env: 'P' },
  secretKey: { env: 'S' },
} satisfies FlowPolicy['trace']
const LAN_TRACE = {
  sink: 'otlp',
  url: 'http://trace.lan',
  zone: 'lan',
  content: 'full',
} satisfies FlowPolicy['trace']
const CREW = { keys: [{ env: 'CREW_KEY' }] }

async function paths(policy: FlowPolicy): Promise<string[]> {
  const found = await diagnosticsOf('check/privacy-leak', policy)
  return found.map(({ message }) => message.slice(message.indexOf(': ') + 2))
}

describe('what leaks', () => {
  it.each<[string, FlowPolicy, string]>([
    [
      'a model by name',
      { ...PRIVATE, models: { big: { targets: ['home/a', 'away/a'] } } },
      'private → big (by name) → away/a (cloud)',
    ],
    [
      'a fallback of a fallback',
      {
        ...PRIVATE,
        models: {
          one: { targets: ['home/a'], fallback: ['two'] },
          two: { targets: ['home/b'], fallback: ['three'] },
          three: { targets: ['pc/a'] },
        },
        clients: { crew: { ...CREW, models: ['one'] } },
      },
      'private → one (by name, fallback two, then three) → pc/a (lan)',
    ],
    [
      'a wildcard alias, granted by a wider wildcard',
      {
        ...PRIVATE,
        models: { big: { targets: ['away/a'] } },
        aliases: { 'gpt-*': 'big' },
        clients: { crew: { ...CREW, models: ['g*'] } },
      },
      'private → gpt-xx → gpt-* → big → away/a (cloud)',
    ],
    [
      'a split arm',
      {
        ...PRIVATE,
        rules: {
          main: [
            {
              id: 'ab',
              split: [
                { to: 'fast', weight: 9 },
                { to: 'away/a', weight: 1 },
              ],
            },
          ],
        },
      },
      'private → auto → rule ab → away/a (cloud)',
    ],
    [
      'what could not be scanned, after a redaction that relabels',
      {
        ...PRIVATE,
        rules: {
          main: [
            { id: 'clean', redact: { detectors: ['secrets', 'pii'], relabel: 'none' } },
            { id: 'else', to: 'away/a' },
          ],
        },
      },
      'private → auto → rule else → away/a (cloud)',
    ],
    [
      'a label of a client only',
      {
        labels: { tied: { mayReach: 'lan' } },
        models: { auto: { rules: 'main' } },
        rules: { main: [{ id: 'else', to: 'away/a' }] },
        clients: {
          crew: { ...CREW, models: '*' },
          kid: { keys: [{ env: 'KID_KEY' }], models: '*', labels: ['tied'] },
        },
      },
      'tied → auto → rule else → away/a (cloud)',
    ],
    [
      'a label that a rule puts on in place of another',
      {
        labels: { private: { mayReach: 'cloud' }, masked: { mayReach: 'lan' } },
        classify: { privacy: { label: 'private', detectors: ['pii'] } },
        rules: {
          main: [
            { id: 'mask', redact: { detectors: ['pii'], relabel: 'masked' } },
            { id: 'else', to: 'away/a' },
          ],
        },
      },
      'masked → auto → rule else → away/a (cloud)',
    ],
    [
      'behind a mode that gates it',
      {
        ...PRIVATE,
        rules: {
          main: [
            { id: 'gamed', when: { mode: 'gaming' }, to: 'pc/a' },
            { id: 'else', to: 'fast' },
          ],
        },
      },
      'private → auto → rule gamed → pc/a (lan)',
    ],
    [
      'a masked label into the trace',
      {
        labels: {
          private: { mayReach: 'cloud' },
          masked: { mayReach: 'lan', trace: 'full', onDenied: 'block' },
        },
        classify: { privacy: { label: 'private', detectors: ['pii'] } },
        trace: { ...CLOUD_TRACE, content: 'full' },
        rules: {
          main: [
            { id: 'mask', redact: { detectors: ['pii'], relabel: 'masked' } },
            { id: 'else', to: 'fast' },
          ],
        },
      },
      'masked → auto → trace (cloud)',
    ],
    [
      'redacted text into the one of two sinks that takes it and is not trusted enough',
      {
        labels: { private: { mayReach: 'lan', trace: 'redacted', onDenied: 'block' } },
        classify: { privacy: { label: 'private' } },
        trace: [LAN_TRACE, { ...CLOUD_TRACE, content: 'redacted' }],
        rules: { main: [{ id: 'else', to: 'fast' }] },
      },
      'private → auto → trace (cloud)',
    ],
  ])('%s', async (_, policy, path) => expect(await paths(policy)).toEqual([path]))

  it('is told once for each place, with the other ways', async () => {
    const models = { big: { targets: ['away/a'] }, huge: { targets: ['home/a'], fallback: ['big'] } }
    const [leak, ...others] = await diagnosticsOf('check/privacy-leak', { ...PRIVATE, models })
    expect(others).toEqual([])
    expect(leak?.notes).toEqual([
      'for example: client `crew` asks for `big`, labelled `private` (secrets)',
      'also: private → huge (by name, fallback big) → away/a (cloud)',
    ])
  })
})

describe('what cannot be followed to the end', () => {
  it('counts as a leak, and says why', async () => {
    // Nobody gets past the rules, as eight pigeons do not fit into seven holes; to see it takes more than is tried.
    const pigeons = [0, 1, 2, 3, 4, 5, 6, 7]
    const holes = pigeons.slice(1)
    const sits = (pigeon: number, hole: number): Condition => ({
      prompt: { contains: `${pigeon} in ${hole}` },
    })
    const away = pigeons.map((p): RuleConfig => ({
      id: `away-${p}`,
      when: { not: { any: holes.map((h) => sits(p, h)) } },
      to: 'fast',
    }))
    const together = holes.flatMap((h) =>
      pigeons.flatMap((p) =>
        pigeons.slice(p + 1).map((q): RuleConfig => ({
          id: `two-in-${h}-${p}-${q}`,
          when: { all: [sits(p, h), sits(q, h)] },
          to: 'fast',
        })),
      ),
    )
    const rules = { main: [...away, ...together, { id: 'else', to: 'away/a' }] }
    const [leak, ...others] = await diagnosticsOf('check/privacy-leak', { ...PRIVATE, rules })
    expect(others).toEqual([])
    expect(leak?.notes).toEqual([GIVEN_UP])
    expect(leak?.message).toContain('private → auto → rule else → away/a (cloud)')
  })
})

describe('what does not leak', () => {
  it.each<[string, FlowPolicy]>([
    ['a trusted model of an untrusted backend', { ...PRIVATE, models: { big: { targets: ['away/near'] } } }],
    [
      'what says what happens',
      {
        ...PRIVATE,
        labels: { private: { mayReach: 'local', onDenied: 'block' } },
        models: { big: { targets: ['away/a'] } },
      },
    ],
    [
      'a model that nobody may ask for',
      {
        ...PRIVATE,
        models: { big: { targets: ['away/a'] }, fast: { targets: ['home/a'] } },
        clients: { crew: { ...CREW, models: ['fast'] } },
      },
    ],
    [
      'a label of another client',
      {
        labels: { tied: { mayReach: 'lan' } },
        models: { big: { targets: ['away/a'] }, fast: { targets: ['home/a'] } },
        clients: {
          crew: { ...CREW, models: '*' },
          kid: { keys: [{ env: 'KID_KEY' }], models: ['fast'], labels: ['tied'] },
        },
      },
    ],
    [
      'what a rule before sends elsewhere, image and all',
      {
        ...PRIVATE,
        rules: {
          main: [
            { id: 'clean', redact: { detectors: ['secrets', 'pii'], relabel: 'none' } },
            { id: 'home', when: { label: 'private' }, to: 'fast' },
            { id: 'else', to: 'away/a' },
          ],
        },
      },
    ],
    [
      'rules of which one or the other takes it',
      {
        ...PRIVATE,
        rules: {
          main: [
            { id: 'short', when: { label: 'private', tokens: { below: 100 } }, to: 'fast' },
            {
              id: 'long',
              when: { tokens: { atLeast: 100 }, not: { client: 'crew', label: 'private' } },
              to: 'away/a',
            },
            { id: 'rest', when: { label: 'private' }, block: { message: 'Too long.' } },
            { id: 'else', to: 'away/a' },
          ],
        },
      },
    ],
    [
      'a model that does not serve where the guard looks',
      {
        labels: { private: { mayReach: 'local' } },
        classify: { privacy: { label: 'private', surfaces: ['chat'] } },
        models: { big: { targets: ['away/a'], surfaces: ['embeddings'] } },
      },
    ],
    [
      'a trace of bare facts, a cache that is not used, and a classifier that is not asked',
      {
        ...PRIVATE,
        classify: { privacy: { label: 'private' }, complexity: { classifier: { model: 'away/a' } } },
        trace: { ...CLOUD_TRACE, content: 'full' },
        cache: { zone: 'cloud', ttl: '1h' },
        rules: { main: [{ id: 'else', to: 'fast' }] },
      },
    ],
    [
      'text into a sink that is trusted enough, beside one that is not and takes none',
      {
        labels: { private: { mayReach: 'lan', trace: 'full', onDenied: 'block' } },
        classify: { privacy: { label: 'private' } },
        trace: [LAN_TRACE, CLOUD_TRACE],
        rules: { main: [{ id: 'else', to: 'fast' }] },
      },
    ],
  ])('%s', async (_, policy) => expect(await paths(policy)).toEqual([]))
})
