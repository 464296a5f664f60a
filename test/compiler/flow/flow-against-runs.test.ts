/**
 * The symbolic run of a ruleset against real ones: over a small world every request is tried, and the flow must know of
 * each rule whether some request is settled by it, and show one.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/table/decide.ts'
import type { Facts } from '../../../src/table/facts.ts'
import { holds, type Predicate } from '../../../src/table/predicate.ts'
import type { Action, Redaction, RouteTable, Rule } from '../../../src/table/route-table.ts'
import { makeFacts } from '../../src/make-facts.ts'
import { makeClient, makeTable } from '../../src/make-snapshot.ts'
import { makePattern, makePrivacy, makeRule } from '../../src/make-policy.ts'
import { tableFlow } from './table-flow.ts'

const TOKENS = [0, 9, 10, 19, 20, 30]
const HEADERS = [{}, { x: 'a' }, { x: 'ab' }, { x: 'other' }, { x: 'abc-z' }, { x: 'z' }]
const PRIVATE = [[], ['secrets'], ['secrets', 'unscanned'], ['pii', 'secrets'], ['pii']]
const CLEAN = [[], ['codename'], ['failed']]
const LABELS = PRIVATE.flatMap((causes) => CLEAN.map((others) => labelsOf(causes, others)))

function labelsOf(causes: string[], others: string[]): Record<string, string[]> {
  return {
    ...(causes.length > 0 && { private: causes }),
    ...(others.length > 0 && { clean: others }),
  }
}

/** Everything that can be asked of the world below. */
const atoms: Predicate[] = [
  { kind: 'range', fact: 'tokens', atLeast: 0, below: 10 },
  { kind: 'range', fact: 'tokens', atLeast: 10, below: 20 },
  { kind: 'range', fact: 'tokens', atLeast: 20, below: null },
  { kind: 'range', fact: 'maxTokens', atLeast: 0, below: 5 },
  { kind: 'header', name: 'x', test: { kind: 'present' } },
  { kind: 'header', name: 'x', test: { kind: 'equals', anyOf: ['a'] } },
  { kind: 'header', name: 'x', test: { kind: 'prefix', value: 'ab' } },
  { kind: 'header', name: 'x', test: { kind: 'prefix', value: 'a' } },
  { kind: 'header', name: 'x', test: { kind: 'contains', value: 'z' } },
  { kind: 'model', names: ['auto'], prefixes: [] },
  { kind: 'model', names: [], prefixes: ['p/q'] },
  { kind: 'client', names: ['crew'] },
  { kind: 'tag', names: ['t'] },
  { kind: 'tag', names: ['u'] },
  { kind: 'label', names: ['private'] },
  { kind: 'label', names: ['clean'] },
  { kind: 'text', index: 0 },
  { kind: 'surface', names: ['chat'] },
  { kind: 'healthy', backend: 'gpu' },
  { kind: 'mode', name: 'night' },
]

const condition = fc.letrec<{ tree: Predicate }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: fc.constantFrom(...atoms) },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('tree'), { minLength: 1, maxLength: 3 })
        .map((of) => ({ kind: 'all' as const, of })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(tie('tree'), { minLength: 1, maxLength: 3 })
        .map((of) => ({ kind: 'any' as const, of })),
    },
    { weight: 1, arbitrary: tie('tree').map((of) => ({ kind: 'not' as const, of })) },
  ),
})).tree

const action = fc.constantFrom<Action>(
  { kind: 'route', to: 'fast', force: false },
  { kind: 'block', status: 403, message: 'no' },
  { kind: 'continue' },
  { kind: 'continue' },
)
const redaction = fc.constantFrom<Redaction | null>(
  null,
  { detectors: ['secrets'], relabel: null },
  { detectors: ['secrets'], relabel: { to: null } },
  { detectors: ['pii'], relabel: { to: 'clean' } },
  { detectors: ['secrets', 'codename'], relabel: { to: null } },
)
const rule = fc
  .record({ when: fc.option(condition), addTags: fc.subarray(['t', 'u']), redact: redaction, action })
  .map((fields) => makeRule(fields))

const rulesets = fc
  .array(rule, { minLength: 1, maxLength: 6 })
  .map((rules) => [...rules, makeRule()].map((one, i): Rule => Object.assign(one, { id: `r${i}` })))

function tableOf(rules: Rule[]): RouteTable {
  return makeTable({
    labels: {
      private: { mayReach: 0, onDenied: null, trace: 'none', cache: 'none' },
      clean: { mayReach: 0, onDenied: null, trace: 'none', cache: 'none' },
    },
    classify: {
      ...makeTable().classify,
      privacy: makePrivacy({
        detectors: ['secrets', 'pii'],
        patterns: [makePattern({ id: 'codename', source: 'x', flags: 'u', label: 'clean' })],
        surfaces: ['chat'],
      }),
    },
    surfaces: ['chat', 'embeddings'],
    rulesets: { main: rules },
    models: { ...makeTable().models, auto: { kind: 'ruled', rules: 'main' } },
    names: { auto: 'auto', fast: 'fast', also: 'auto' },
    wildcards: [{ prefix: 'p/', model: 'auto' }],
    clients: { crew: makeClient({ tags: ['t'] }), guest: makeClient({ models: ['also', 'p/*'] }) },
  })
}

/** What the rules ask about, so that only this varies. */
function world(rules: Rule[]): Facts[] {
  const text = JSON.stringify(rules)
  const vary = <T>(kind: string, values: T[]): T[] =>
    text.includes(`"${kind}"`) ? values : values.slice(0, 1)
  let all: Partial<Facts>[] = [{}]
  const by = <K extends keyof Facts>(key: K, values: Facts[K][]): void => {
    all = all.flatMap((facts) => values.map((value) => ({ ...facts, [key]: value })))
  }
  by('tokens', vary('tokens', TOKENS))
  by('maxTokens', vary('maxTokens', [null, 0, 5]))
  by('headers', vary('header', HEADERS))
  by('client', ['crew', 'guest'])
  by('model', vary('model', ['also', 'auto', 'p/x', 'p/q', 'p/qr', 'also']))
  by('labels', vary('label', LABELS))
  by('texts', vary('text', [[false], [true]]))
  by('surface', ['chat', 'embeddings'])
  by('unhealthy', vary('healthy', [[], ['gpu']]))
  by('modes', vary('mode', [[], ['night']]))
  return all
    .map((facts) => makeFacts(facts))
    .filter(({ surface, labels }) => surface === 'chat' || Object.keys(labels).length === 0)
}

describe('flow', () => {
  it('knows which rules can decide, and shows how', () => {
    fc.assert(
      fc.property(rulesets, fc.constantFrom(...atoms), (rules, extra) => {
        const table = tableOf(rules)
        const flow = tableFlow(table)
        const settled = new Set<string>()
        const settledWith = new Set<string>()
        for (const facts of world([...rules, makeRule({ when: extra })])) {
          const decision = decide(facts, table)
          if (decision.kind === 'refuse' && decision.reason === 'model-not-allowed') continue
          settled.add(decision.rule ?? '')
          if (holds(extra, facts, decision)) settledWith.add(decision.rule ?? '')
        }
        for (const [index, { id, action: end }] of rules.entries()) {
          if (end.kind === 'continue') continue
          const found = flow.atRule({ ruleset: 'main', index })
          expect({ id, found: found.kind }).toEqual({
            id,
            found: settled.has(`main/${id}`) ? 'found' : 'none',
          })
          if (found.kind === 'found') expect(decide(found.facts, table).rule).toBe(`main/${id}`)
          const narrower = flow.atRule({ ruleset: 'main', index, also: [extra] })
          if (!isNew(extra, rules)) {
            expect({ id, found: narrower.kind, extra }).toEqual({
              id,
              found: settledWith.has(`main/${id}`) ? 'found' : 'none',
              extra,
            })
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Headers and names are told apart only where rules mention them. */
function isNew(extra: Predicate, rules: Rule[]): boolean {
  const mentioned = JSON.stringify(rules).includes(JSON.stringify(extra))
  return (extra.kind === 'header' || extra.kind === 'model') && !mentioned
}
