/**
 * The privacy proof judged from outside, by walking small worlds whole: every policy that leaks as written is refused,
 * and hardly any that does not.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PolicyDocuments } from '../policy-documents.ts'
import { compileTexts, toTexts } from '../compile-documents.ts'
import { interpret, reachableUnfiltered } from './naive-interpreter.ts'
import { smallPolicy, ZONES } from './small-policies.ts'
import { worldsOf } from './small-worlds.ts'
import type { World } from './world.ts'

const RUNS = Number(process.env['AICC_ORACLE_RUNS'] ?? 60)

it(
  'refuses every policy that leaks, and at most 1 % of those that do not',
  { timeout: 600_000 },
  async () => {
    let safe = 0
    let leaky = 0
    const refusedSafe: PolicyDocuments[] = []
    await fc.assert(
      fc.asyncProperty(smallPolicy, async (documents) => {
        const leak = findLeak(documents)
        const { diagnostics } = await compileTexts(toTexts(documents))
        const isRefused = diagnostics.some(({ code }) => code === 'check/privacy-leak')
        if (leak === null) {
          safe += 1
          if (isRefused) refusedSafe.push(documents)
          return
        }
        leaky += 1
        expect(isRefused, `not refused, but ${JSON.stringify(leak)} leaks`).toBe(true)
      }),
      { numRuns: RUNS },
    )
    process.stdout.write(
      `oracle: ${leaky} leaky policies all refused; of ${safe} safe ones ${refusedSafe.length} refused as leaky\n`,
    )
    expect(Math.min(safe, leaky), `${safe} safe and ${leaky} leaky policies tell nothing`).toBeGreaterThan(
      RUNS / 20,
    )
    expect(refusedSafe.length / safe, JSON.stringify(refusedSafe[0], null, 1)).toBeLessThanOrEqual(0.01)
  },
)

interface Leak {
  world: World
  label: string
  place: string
}

/** A request with a label that says nothing of denial, and a place below its bound where it could be sent as written. */
function findLeak(documents: PolicyDocuments): Leak | null {
  const labels = documents.policy.labels ?? {}
  for (const world of worldsOf(documents, true)) {
    const outcome = interpret(documents, world, 0)
    if (outcome.kind === 'refuse' && ['unknown-model', 'model-not-allowed'].includes(outcome.reason)) continue
    const { labels: carried, places } = reachableUnfiltered(documents, world)
    for (const label of carried) {
      const entry = labels[label]
      if (entry === undefined || entry.onDenied !== undefined) continue
      const bound = ZONES.indexOf(entry.mayReach)
      const place = places.find(({ zone }) => zone < bound)
      if (place !== undefined) return { world, label, place: place.key }
    }
  }
  return null
}
