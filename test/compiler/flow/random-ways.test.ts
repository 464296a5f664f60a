/** Random policies: the request that a way answers with goes that way, label and all. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { toRouteTable } from '../../../compiler/emit/to-route-table.ts'
import { analyseFlow } from '../../../compiler/flow/flow.ts'
import { isServed } from '../../../compiler/flow/served-targets.ts'
import { waysOf } from '../../../compiler/flow/ways.ts'
import { load } from '../../../compiler/load/load.ts'
import type { ResolvedPolicy } from '../../../compiler/resolve/resolved-policy.ts'
import { resolve } from '../../../compiler/resolve/resolve.ts'
import { validate } from '../../../compiler/validate/validate.ts'
import { decide } from '../../../src/table/decide.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { readerOf, toTexts } from '../../property/compile-documents.ts'
import type { PolicyDocuments } from '../../property/policy-documents.ts'
import { smallPolicy } from '../../property/policy/small-policies.ts'

async function resolved(documents: PolicyDocuments): Promise<ResolvedPolicy> {
  const readFile = readerOf(toTexts(documents))
  const { loaded } = await load({ policies: 'policies', shownAs: 'policies', readFile })
  const { valid } = validate(loaded)
  if (valid === null) throw new Error('the policy is not valid')
  return resolve(valid, new Map()).resolved
}

/** The table without what takes targets away: labels, modes, abilities. What is left is the way itself. */
function unfiltered(table: RouteTable): RouteTable {
  const labels = Object.entries(table.labels).map(([name, label]) => [
    name,
    Object.assign({}, label, { mayReach: 0 }),
  ])
  const targets = Object.entries(table.targets).map(([key, target]) => [
    key,
    Object.assign({}, target, { mode: null, supports: null }),
  ])
  return { ...table, labels: Object.fromEntries(labels), targets: Object.fromEntries(targets) }
}

it('answers with requests that go the way they answer for', async () => {
  let labelled = 0
  await fc.assert(
    fc.asyncProperty(smallPolicy, async (documents) => {
      const policy = await resolved(documents)
      const table = unfiltered(toRouteTable(policy))
      const flow = analyseFlow(policy)
      for (const { model, rule, forced, marks, ask } of waysOf(policy, flow)) {
        // A way leads to the model; whether it serves the surface is asked there.
        const served = isServed(model, policy, flow.space)
        for (const label of policy.labels.keys()) {
          const found = ask([marks.label(label), served])
          expect(found.kind).not.toBe('unknown')
          if (found.kind !== 'found') continue
          labelled += 1
          const decision = decide(found.facts, table)
          expect(decision).toMatchObject({
            kind: 'route',
            model,
            forced,
            rule: rule === null ? null : `${rule.ruleset}/${rule.id}`,
          })
          expect(decision.kind === 'route' && decision.labels).toContain(label)
        }
      }
    }),
    { numRuns: 60 },
  )
  expect(labelled).toBeGreaterThan(60)
})
