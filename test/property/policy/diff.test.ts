/**
 * `aicc diff` against a walk through every request of a small world: each kind of caller whose requests change is found,
 * and none else is named. The comparison promises this only for changes that show in two facts or at a rule of either
 * policy, so the seed is fixed: what is held is that policies as people write them lie well within that.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareDecisions } from '../../../compiler/diff/compare-decisions.ts'
import { outcomeOf } from '../../../compiler/diff/outcome.ts'
import type { RuleConfig } from '../../../compiler/config/rules.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import type { PolicyDocuments } from '../policy-documents.ts'
import { compileUnchecked } from './compile-unchecked.ts'
import { smallPolicy } from './small-policies.ts'
import { worldsOf } from './small-worlds.ts'
import { toFacts } from './world.ts'

const CAP = 100_000

/** A policy, and the same with one rule, its labels or its served models taken from another. */
const edited: fc.Arbitrary<[PolicyDocuments, PolicyDocuments]> = fc
  .tuple(smallPolicy, smallPolicy, fc.constantFrom('rule', 'labels', 'models'), fc.nat())
  .map(([before, other, what, pick]) => {
    const { policy } = before
    const source = other.policy
    if (what === 'rule')
      return [before, { ...before, policy: { ...policy, rules: replaceRule(before, other, pick) } }]
    const changed =
      what === 'labels'
        ? { labels: source.labels ?? {} }
        : { models: { ...source.models, auto: { rules: 'main' } } }
    return [before, { ...before, policy: { ...policy, ...changed } }]
  })

function replaceRule(before: PolicyDocuments, other: PolicyDocuments, pick: number): { main: RuleConfig[] } {
  const [list, from] = [before, other].map(({ policy }) => policy.rules?.['main'] ?? [])
  const rules = list ?? []
  const index = pick % rules.length
  const isLast = index === rules.length - 1
  const { id: _id, ...body } = (isLast ? from?.at(-1) : from?.[pick % from.length]) ?? { id: '' }
  return { main: rules.with(index, { id: rules[index]?.id ?? '', ...body }) }
}

/** `client name` of all whose requests change. */
function walk(documents: readonly PolicyDocuments[], tables: readonly [RouteTable, RouteTable]): Set<string> {
  const found = new Set<string>()
  for (const each of documents) {
    for (const world of worldsOf(each, false)) {
      const caller = `${world.client} ${world.model}`
      if (found.has(caller)) continue
      const [before, after] = tables.map((table) => outcomeOf(toFacts(world, table), table).effect)
      if (before !== after) found.add(caller)
    }
  }
  return found
}

it('finds every caller whose requests change', { timeout: 120_000 }, async () => {
  let changed = 0
  await fc.assert(
    fc.asyncProperty(edited, async ([before, after]) => {
      const tables = [await compileUnchecked(before), await compileUnchecked(after)] as const
      const { changes } = compareDecisions(...tables, CAP)
      const named = changes.flatMap(({ clients, names }) =>
        clients.flatMap((client) =>
          names.map((name) => `${client} ${name === 'wild-*' ? 'wild-card' : name}`),
        ),
      )
      const walked = walk([before, after], [...tables])
      for (const caller of walked) expect(named).toContain(caller)
      changed += walked.size
    }),
    { numRuns: 6, seed: 20261121 },
  )
  expect(changed).toBeGreaterThan(15)
})

it('names nothing between a policy and itself', async () => {
  await fc.assert(
    fc.asyncProperty(smallPolicy, async (documents) => {
      const table = await compileUnchecked(documents)
      expect(compareDecisions(table, table, CAP).changes).toEqual([])
    }),
    { numRuns: 5 },
  )
})
