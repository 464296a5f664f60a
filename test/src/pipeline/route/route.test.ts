import { describe, expect, it } from 'vitest'
import { route } from '../../../../src/pipeline/route/route.ts'
import type { Complexity } from '../../../../src/table/predicate.ts'
import type { ComplexityGauge, RouteTable, Rule } from '../../../../src/table/route-table.ts'
import { makeFacts } from '../../make-facts.ts'
import { ALL_NEEDS, makeRule, makeRuledTable } from '../../make-policy.ts'

const hard: Rule = makeRule({
  id: 'hard',
  when: { kind: 'complexity', names: ['complex'] },
  action: { kind: 'route', to: 'safe', force: false },
})
const CLASSIFIER = { model: 'fast', timeoutMs: 1000 }

function tableWith(rules: Rule[], classifier: ComplexityGauge['classifier'] = CLASSIFIER): RouteTable {
  const table = makeRuledTable(rules)
  const { complexity } = table.classify
  return { ...table, classify: { ...table.classify, complexity: { ...complexity, classifier } } }
}

interface Outcome {
  model: string
  complexity: Complexity
  asked: number
}

async function outcomeOf(table: RouteTable, says: Complexity | null, model = 'auto'): Promise<Outcome> {
  const facts = makeFacts({ model })
  let asked = 0
  const decision = await route(facts, table, () => {
    asked += 1
    return Promise.resolve(says)
  })
  const to = decision.kind === 'route' ? decision.model : decision.reason
  return { model: to, complexity: facts.complexity, asked }
}

describe('route', () => {
  it.each([
    { says: 'complex', model: 'safe', complexity: 'complex' },
    { says: 'simple', model: 'fast', complexity: 'simple' },
    { says: null, model: 'fast', complexity: 'simple' },
  ] as const)('a model that says $says sends it to $model', async ({ says, model, complexity }) => {
    expect(await outcomeOf(tableWith([hard, makeRule()]), says)).toEqual({ model, complexity, asked: 1 })
  })

  it.each([
    { name: 'there is none to ask', table: tableWith([hard, makeRule()], null), model: 'auto' },
    { name: 'the answer would change nothing', table: tableWith([makeRule(), hard]), model: 'auto' },
    {
      name: 'no rule asks for it',
      table: { ...tableWith([makeRule()]), needs: { ...ALL_NEEDS, complexity: false } },
      model: 'auto',
    },
    { name: 'the model is asked for by name', table: tableWith([hard, makeRule()]), model: 'fast' },
    { name: 'the request is refused', table: tableWith([hard, makeRule()]), model: 'nowhere' },
  ])('asks nobody when $name', async ({ table, model }) => {
    expect(await outcomeOf(table, 'complex', model)).toMatchObject({ complexity: 'simple', asked: 0 })
  })
})
