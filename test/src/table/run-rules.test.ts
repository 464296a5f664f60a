import { describe, expect, it } from 'vitest'
import type { Predicate } from '../../../src/table/predicate.ts'
import type { Rule } from '../../../src/table/route-table.ts'
import { runRules, type RuleState } from '../../../src/table/run-rules.ts'
import { makeFacts } from '../make-facts.ts'
import { makeTable } from '../make-snapshot.ts'

const start: RuleState = { tags: [], labels: ['private'], edits: { set: {}, clamp: {} }, redact: [] }
const tagged = (name: string): Predicate => ({ kind: 'tag', names: [name] })

function rule(id: string, fields: Partial<Rule> = {}): Rule {
  return {
    id,
    when: null,
    addTags: [],
    set: {},
    clamp: {},
    redact: null,
    action: { kind: 'continue' },
    ...fields,
  }
}
const to = (id: string, model: string, when: Predicate | null = null): Rule =>
  rule(id, { when, action: { kind: 'route', to: model, force: false } })

function run(
  rules: Rule[],
  facts = makeFacts({ labels: { private: ['pii'] } }),
): ReturnType<typeof runRules> {
  return runRules(facts, makeTable({ rulesets: { main: rules } }), 'main', start)
}

it('lets the first rule that holds and settles decide', () => {
  const never: Predicate = { kind: 'client', names: ['nobody'] }
  expect(run([to('a', 'x', never), to('b', 'y'), to('c', 'z')])).toMatchObject({
    rule: 'b',
    end: { kind: 'route', to: 'y' },
  })
})

it('shows later rules the tags of earlier ones', () => {
  expect(
    run([to('early', 'x', tagged('t')), rule('tag', { addTags: ['t'] }), to('late', 'y', tagged('t'))]),
  ).toMatchObject({ rule: 'late', state: { tags: ['t'] } })
})

it('adds edits up, the later word on a parameter winning', () => {
  const { state } = run([
    rule('one', { set: { temperature: 1, top_p: 0.5 }, clamp: { max_tokens: { min: null, max: 10 } } }),
    rule('two', { set: { temperature: 2 }, clamp: { max_tokens: { min: 1, max: 5 } } }),
    to('end', 'x'),
  ])
  expect(state.edits).toEqual({
    set: { temperature: 2, top_p: 0.5 },
    clamp: { max_tokens: { min: 1, max: 5 } },
  })
})

it('blocks', () => {
  const block = rule('stop', { action: { kind: 'block', status: 451, message: 'no' } })
  expect(run([block, to('end', 'x')])).toMatchObject({
    rule: 'stop',
    end: { kind: 'block', status: 451, message: 'no' },
  })
})

it('keeps a user on one arm of a split', () => {
  const arms = [
    { to: 'x', weight: 1 },
    { to: 'y', weight: 1 },
  ]
  const split = rule('ab', { action: { kind: 'split', arms, force: true } })
  const ends = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'].map((user) => {
    const once = run([split], makeFacts({ user })).end
    expect(run([split], makeFacts({ user })).end).toEqual(once)
    if (once.kind !== 'route') throw new Error('it ends nowhere')
    expect(once).toEqual({ kind: 'route', force: true, to: once.to, variant: once.to })
    return once.to
  })
  expect(new Set(ends)).toEqual(new Set(['x', 'y']))
})

it('throws when nothing settles: the compiler refuses such rulesets', () => {
  expect(() => run([rule('only')])).toThrow('ruleset main')
})

describe('relabel', () => {
  const redact = (detectors: string[], relabel: { to: string | null } | null): Rule =>
    rule('redact', { redact: { detectors, relabel } })

  it.each([
    {
      name: 'stays when nothing is said',
      causes: ['pii'],
      rules: [redact(['pii'], null)],
      labels: ['private'],
    },
    { name: 'goes with its only cause', causes: ['pii'], rules: [redact(['pii'], { to: null })], labels: [] },
    {
      name: 'stays for a cause that was not redacted',
      causes: ['pii', 'secrets'],
      rules: [redact(['pii'], { to: null })],
      labels: ['private'],
    },
    {
      name: 'goes when two rules together redact all',
      causes: ['pii', 'secrets'],
      rules: [redact(['secrets'], null), redact(['pii'], { to: null })],
      labels: [],
    },
    {
      name: 'stays for what was never scanned',
      causes: ['pii', 'unscanned'],
      rules: [redact(['pii', 'secrets'], { to: null })],
      labels: ['private'],
    },
    {
      name: 'becomes another',
      causes: ['pii'],
      rules: [redact(['pii'], { to: 'soft' })],
      labels: ['soft'],
    },
    {
      name: 'does not bring another where it stays',
      causes: ['client'],
      rules: [redact(['pii'], { to: 'soft' })],
      labels: ['private'],
    },
    {
      name: 'gives a label that no redaction takes away again',
      causes: ['pii'],
      rules: [redact(['pii'], { to: 'soft' }), redact(['pii'], { to: null })],
      labels: ['soft'],
    },
  ])('$name', ({ causes, rules, labels }) => {
    const facts = makeFacts({ labels: { private: causes } })
    expect(run([...rules, to('end', 'x')], facts).state.labels).toEqual(labels)
  })
})
