/**
 * What decide() does with a compiled table is what the documents say, and no label ever comes to a zone below its
 * bound: for random policies and every request they can tell apart, under any health, mode and split.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { decide } from '../../../src/table/decide.ts'
import type { RouteTable } from '../../../src/table/route-table.ts'
import { compileUnchecked } from './compile-unchecked.ts'
import { ARMS, interpret, type Outcome } from './naive-interpreter.ts'
import { smallPolicy } from './small-policies.ts'
import { worldsOf } from './small-worlds.ts'
import { toFacts, type World } from './world.ts'

const RUNS = Number(process.env['AICC_MEANING_RUNS'] ?? 40)

it('decides as the documents say, and keeps every label within its bound', { timeout: 600_000 }, async () => {
  let routed = 0
  let denied = 0
  await fc.assert(
    fc.asyncProperty(smallPolicy, async (documents) => {
      const table = await compileUnchecked(documents)
      for (const world of worldsOf(documents, false)) {
        const outcome = outcomeOf(world, table)
        if (outcome.kind === 'route') routed += 1
        else if (outcome.reason === 'label-denied') denied += 1
        const wanted = ARMS.map((arm) => JSON.stringify(interpret(documents, world, arm)))
        // Only when they differ: a comparison by expect() for each of a million worlds would take minutes.
        if (!wanted.includes(JSON.stringify(outcome)))
          expect({ world, outcome }).toEqual({ world, outcome: wanted })
      }
    }),
    { numRuns: RUNS },
  )
  expect(routed).toBeGreaterThan(RUNS)
  expect(denied).toBeGreaterThan(RUNS)
})

function outcomeOf(world: World, table: RouteTable): Outcome {
  const decision = decide(toFacts(world, table), table)
  if (decision.kind === 'refuse') return { kind: 'refuse', reason: decision.reason }
  const { rule, model, pool, fallback, minZone, labels } = decision
  const targets = [...pool.map(({ target }) => target), ...fallback.map(({ target }) => target)]
  for (const label of labels) {
    const bound = table.labels[label]?.mayReach ?? Number.POSITIVE_INFINITY
    if (targets.some(({ zone }) => zone < bound) || minZone < bound) {
      throw new Error(`${label} comes below its bound: ${JSON.stringify(decision)}`)
    }
  }
  const key = ({ backend, model: name }: { backend: string; model: string }): string => `${backend}/${name}`
  return {
    kind: 'route',
    rule,
    model,
    pool: pool.map(({ target }) => key(target)),
    fallback: fallback.map(({ target, on }) => `${key(target)} ${on.join(' ')}`),
  }
}
