import { array, assert, integer, jsonValue, nat, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { affinityKey, byAffinity } from '../../../../src/pipeline/forward/affinity.ts'
import { parseJsonObject } from '../../../../src/protocols/json-object.ts'
import type { Target } from '../../../../src/table/route-table.ts'
import { makeTarget } from '../../make-snapshot.ts'

const keyOf = (value: object): number | null => affinityKey(parseJsonObject(JSON.stringify(value)))

const SYSTEM = { role: 'system', content: 'You are terse.' }
const ASK = { role: 'user', content: 'What is a monad?' }
const ANSWER = { role: 'assistant', content: 'A burrito.' }
const MORE = { role: 'user', content: 'And a functor?' }

describe('affinityKey', () => {
  const long = 'x'.repeat(5000)
  it.each([
    {
      name: 'later turns',
      a: { messages: [SYSTEM, ASK] },
      b: { messages: [SYSTEM, ASK, ANSWER, MORE] },
      same: true,
    },
    {
      name: 'other parameters',
      a: { messages: [SYSTEM, ASK] },
      b: { messages: [SYSTEM, ASK], temperature: 1 },
      same: true,
    },
    {
      name: 'text in parts',
      a: { messages: [ASK] },
      b: { messages: [{ role: 'user', content: [{ type: 'text', text: ASK.content }] }] },
      same: true,
    },
    {
      name: 'another first question',
      a: { messages: [SYSTEM, ASK] },
      b: { messages: [SYSTEM, MORE] },
      same: false,
    },
    {
      name: 'other instructions',
      a: { messages: [SYSTEM, ASK] },
      b: { messages: [{ role: 'developer', content: 'Be kind.' }, ASK] },
      same: false,
    },
    {
      name: 'a first question behind very long instructions',
      a: { messages: [{ role: 'system', content: long }, ASK] },
      b: { messages: [{ role: 'system', content: long }, MORE] },
      same: false,
    },
    {
      name: "later turns in Anthropic's protocol",
      a: { system: 'You are terse.', messages: [ASK] },
      b: { system: 'You are terse.', messages: [ASK, ANSWER, MORE] },
      same: true,
    },
    {
      name: 'other instructions there',
      a: { system: 'You are terse.', messages: [ASK] },
      b: { system: [{ type: 'text', text: 'Be kind.' }], messages: [ASK] },
      same: false,
    },
    {
      name: 'later items of responses',
      a: { instructions: 'You are terse.', input: [ASK] },
      b: { instructions: 'You are terse.', input: [ASK, { type: 'reasoning', summary: [] }, ANSWER, MORE] },
      same: true,
    },
    {
      name: 'other instructions before the same input',
      a: { instructions: 'You are terse.', input: 'What is a monad?' },
      b: { instructions: 'Be kind.', input: 'What is a monad?' },
      same: false,
    },
    {
      name: 'what stands far behind',
      a: { messages: [{ role: 'user', content: `${long}a` }] },
      b: { messages: [{ role: 'user', content: `${long}b` }] },
      same: true,
    },
    {
      name: 'one user, whatever is said',
      a: { user: 'ada', messages: [ASK] },
      b: { user: 'ada', messages: [MORE] },
      same: true,
    },
    {
      name: 'two sessions of one user',
      a: { user: 'ada', metadata: { session_id: '1' }, messages: [ASK] },
      b: { user: 'ada', metadata: { session_id: '2' }, messages: [ASK] },
      same: false,
    },
    {
      name: 'a cache key before all else',
      a: { prompt_cache_key: 'k', user: 'ada' },
      b: { prompt_cache_key: 'k', user: 'bob' },
      same: true,
    },
    { name: 'prompts', a: { prompt: 'once' }, b: { prompt: ['once'] }, same: true },
    { name: 'other prompts', a: { prompt: 'once' }, b: { prompt: 'twice' }, same: false },
    { name: 'inputs', a: { input: ['one', 'two'] }, b: { input: ['one', 'three'] }, same: false },
  ])('$name: the same is $same', ({ a, b, same }) => {
    expect(keyOf(a)).not.toBeNull()
    expect(keyOf(a) === keyOf(b)).toBe(same)
  })

  it.each([{}, { messages: [] }, { messages: [7, null] }, { prompt: [1, 2] }, { user: '' }, { user: 7 }])(
    'finds nothing in %j',
    (body) => expect(keyOf(body)).toBeNull(),
  )

  it('takes any JSON', () => {
    assert(
      property(
        record(
          {
            messages: jsonValue(),
            prompt: jsonValue(),
            user: jsonValue(),
            metadata: jsonValue(),
          },
          { requiredKeys: [] },
        ),
        (value) => {
          const text = JSON.stringify(value)
          const key = affinityKey({ text, value, numbers: [], spans: new Map() })
          expect(key === null || Number.isSafeInteger(key)).toBe(true)
        },
      ),
    )
  })
})

const targetsOf = (count: number): Target[] =>
  Array.from({ length: count }, (_, i) => makeTarget({ backend: `host-${i}` }))
const idle = (): number => 0
const key = integer({ min: 0, max: 2 ** 32 - 1 })

describe('byAffinity', () => {
  it('gives each target once, the same for the same key', () => {
    assert(
      property(key, integer({ min: 2, max: 9 }), (number, count) => {
        const targets = targetsOf(count)
        const order = byAffinity(targets, number, idle)
        expect(new Set(order)).toEqual(new Set(targets))
        expect(byAffinity(targets.toReversed(), number, idle)).toEqual(order)
      }),
    )
  })

  it('moves only the share of a target that goes', () => {
    assert(
      property(key, integer({ min: 2, max: 9 }), nat(8), (number, count, gone) => {
        const targets = targetsOf(count)
        const left = targets.filter((_, i) => i !== gone % count)
        const before = byAffinity(targets, number, idle)
        expect(byAffinity(left, number, idle)).toEqual(before.filter((target) => left.includes(target)))
      }),
    )
  })

  it('lets no target have much more than the mean', () => {
    assert(
      property(array(key, { minLength: 1, maxLength: 100 }), integer({ min: 2, max: 6 }), (keys, n) => {
        const targets = targetsOf(n)
        const load = new Map<Target, number>()
        const loadOf = (target: Target): number => load.get(target) ?? 0
        for (const number of keys) {
          const [first] = byAffinity(targets, number, loadOf)
          if (first !== undefined) load.set(first, loadOf(first) + 1)
        }
        expect(Math.max(...load.values())).toBeLessThanOrEqual(
          Math.max(3, Math.ceil((1.5 * keys.length) / n)),
        )
      }),
    )
  })

  it('gives each target a fair share of conversations', () => {
    const targets = targetsOf(4)
    const shares = new Map<string, number>()
    for (let i = 0; i < 4000; i += 1) {
      const [first] = byAffinity(targets, keyOf({ user: `user ${i}` }) ?? 0, idle)
      const name = first?.backend ?? ''
      shares.set(name, (shares.get(name) ?? 0) + 1)
    }
    expect(Math.min(...shares.values())).toBeGreaterThan(850)
    expect(Math.max(...shares.values())).toBeLessThan(1150)
  })
})
