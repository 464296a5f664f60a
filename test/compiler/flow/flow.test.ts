import { describe, expect, it } from 'vitest'
import { not } from '../../../compiler/flow/formula.ts'
import type { Predicate } from '../../../src/table/predicate.ts'
import type { Rule, RouteTable } from '../../../src/table/route-table.ts'
import { makeClient, makeTable } from '../../src/make-snapshot.ts'
import { makePattern, makePrivacy, makeRule } from '../../src/make-policy.ts'
import { tableFlow } from './table-flow.ts'

function tableOf(rules: Partial<Rule>[], fields: Partial<RouteTable> = {}): RouteTable {
  const base = makeTable()
  return {
    ...base,
    rulesets: { main: rules.map((rule, i) => makeRule({ id: `r${i}`, ...rule })) },
    models: { ...base.models, auto: { kind: 'ruled', rules: 'main' } },
    names: { auto: 'auto', fast: 'fast' },
    ...fields,
  }
}

const range = (atLeast: number, below: number | null): Predicate => ({
  kind: 'range',
  fact: 'tokens',
  atLeast,
  below,
})

describe('flow', () => {
  it('answers with a request as plain as the way allows', () => {
    const flow = tableFlow(
      tableOf([
        { when: range(0, 500) },
        { when: { kind: 'header', name: 'x-job', test: { kind: 'equals', anyOf: ['batch'] } } },
        {},
      ]),
    )
    const first = flow.atRule({ ruleset: 'main', index: 1 })
    expect(first.kind === 'found' && first.facts).toMatchObject({
      client: 'crew',
      model: 'auto',
      tokens: 500,
      headers: { 'x-job': 'batch' },
    })
    const last = flow.atRule({ ruleset: 'main', index: 2, also: [range(900, null)] })
    expect(last.kind === 'found' && last.facts).toMatchObject({ tokens: 900, headers: {} })
    expect(flow.atRule({ ruleset: 'main', index: 2, also: [range(0, 500)] }).kind).toBe('none')
    expect(flow.atRule({ ruleset: 'main', index: 9 }).kind).toBe('none')
  })

  it('lets clients in by the names they may use only', () => {
    const clients = { crew: makeClient({ models: ['fast'] }), guest: makeClient({ models: ['auto'] }) }
    const flow = tableFlow(tableOf([{}], { clients }))
    const isCrew: Predicate = { kind: 'client', names: ['crew'] }
    expect(flow.atRule({ ruleset: 'main', index: 0, also: [isCrew] }).kind).toBe('none')
    expect(flow.byName({ model: 'fast', also: [isCrew] }).kind).toBe('found')
    expect(flow.byName({ model: 'safe' }).kind).toBe('none')
    expect(flow.isEntered('main')).toBe(true)
    expect(tableFlow(tableOf([{}], { clients: {} })).isEntered('main')).toBe(false)
  })

  it('leaves a label that only a rule put there', () => {
    const base = makeTable().classify
    const classify: RouteTable['classify'] = {
      ...base,
      privacy: makePrivacy({
        detectors: ['pii'],
        patterns: [makePattern({ id: 'codename', source: 'x', flags: 'u', label: 'masked' })],
        surfaces: ['chat'],
      }),
    }
    const redact = (detector: string, to: string | null): Partial<Rule> => ({
      redact: { detectors: [detector], relabel: { to } },
      action: { kind: 'continue' },
    })
    const flow = tableFlow(tableOf([redact('pii', 'masked'), redact('codename', null), {}], { classify }))
    const untouched = (flow.causes.get('masked') ?? []).map(({ holds }) => not(holds))
    expect(untouched).toHaveLength(2)
    const found = flow.atRule({
      ruleset: 'main',
      index: 2,
      also: [{ kind: 'label', names: ['masked'] }],
      alsoFormulas: untouched,
    })
    expect(found.kind === 'found' && found.facts.labels).toEqual({ private: ['pii'] })
  })

  it('judges once what stands in many conditions', () => {
    const tag = (name: string): Predicate => ({ kind: 'tag', names: [name] })
    const text = (index: number): Predicate => ({ kind: 'text', index })
    const both = (a: Predicate, b: Predicate): Predicate => ({ kind: 'all', of: [a, b] })
    // Written out, the last condition would have 2 ^ 200 parts.
    const rules = Array.from({ length: 200 }, (_, i) => ({
      when: {
        kind: 'any' as const,
        of: [both(tag('x'), text(2 * i)), both(tag('x'), text(2 * i + 1)), text(i)],
      },
      addTags: ['x'],
      action: { kind: 'continue' as const },
    }))
    const flow = tableFlow(tableOf([...rules, { when: tag('x') }, {}]))
    expect(flow.atRule({ ruleset: 'main', index: 200 }).kind).toBe('found')
    expect(flow.atRule({ ruleset: 'main', index: 201, also: [tag('x')] }).kind).toBe('none')
  })

  it('finds its way through a thousand rules, however they are made', () => {
    const header = (i: number): Predicate => ({
      kind: 'header',
      name: `x-${i}`,
      test: { kind: 'equals', anyOf: ['yes'] },
    })
    const text = (index: number): Predicate => ({ kind: 'text', index })
    const kinds: ((i: number) => Predicate)[] = [
      text,
      (i) => ({ kind: 'all', of: [text(i), header(i)] }),
      (i) => ({ kind: 'any', of: [header(i), { kind: 'all', of: [text(i), range(i, i + 1)] }] }),
      (i) => ({ kind: 'all', of: [{ kind: 'not', of: text(i) }, header(i)] }),
      (i) => ({ kind: 'all', of: [range(i, i + 1), { kind: 'tag', names: ['vip'] }] }),
    ]
    const rules = Array.from({ length: 1000 }, (_, i) => ({
      when: kinds[i % kinds.length]?.(i) ?? null,
      ...(i % 50 === 0 && { addTags: ['vip'], action: { kind: 'continue' as const } }),
    }))
    const flow = tableFlow(tableOf([...rules, {}]))
    const answers = Array.from({ length: 1001 }, (_, index) => flow.atRule({ ruleset: 'main', index }).kind)
    expect([...new Set(answers)]).toEqual(['found'])
  })
})
