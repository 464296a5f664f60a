/**
 * Privacy, end to end: thousands of generated requests through the real gateway, with backends in every zone that write
 * down what reaches them. Whatever fails, falls back or is reloaded meanwhile, nothing private is seen below its zone.
 *
 * AICC_PRIVACY_SEED repeats a run, AICC_PRIVACY_ASKS changes its length, AICC_PRIVACY_TABLE=full prints all rows.
 */
import { sample } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Runtime } from '../conformance/harness/start-gateway.ts'
import { type Ask, ask } from './ask.ts'
import { send, startBench, startReloads, tracesWaiting } from './bench.ts'
import { compose } from './compose.ts'
import { DRESSES } from './dresses.ts'
import { ALL } from './draft.ts'
import { reduceLeak } from './reduce-leak.ts'
import type { Tally } from './tally.ts'
import type { Leak } from './witness.ts'
import { WAYS } from './zoned-policies.ts'

const RUNTIMES: readonly Runtime[] = ['workerd', 'node']

const ASKS = Number(process.env['AICC_PRIVACY_ASKS'] ?? 5000)
const SEED = Number(process.env['AICC_PRIVACY_SEED'] ?? Date.now() % 2 ** 31)
const IS_FULL = process.env['AICC_PRIVACY_TABLE'] === 'full'

/** Requests in flight. */
const AT_ONCE = 16

/** Sorts of leaks that are named, and those of which one is reduced. One leak is enough to fail. */
const MOST_LISTED = 60
const MOST_REDUCED = 3

/** Leaks by what was planted how and where, the most frequent first. */
function sorts(leaks: readonly Leak[], asks: readonly Ask[]): [what: string, of: Leak[]][] {
  const sortOf = ({ number }: Leak): string => {
    const asked = asks[number]
    const { planted = [], way } = asked === undefined ? {} : compose(asked, number)
    const spans = planted.map(({ plant, dress, place }) => `${plant.kind}, ${dress.name}, ${place.name}`)
    return `${spans.join('; ')} (${way?.redacts === undefined ? 'sent' : 'redacted'})`
  }
  return [...Map.groupBy(leaks, sortOf)].toSorted(([, a], [, b]) => b.length - a.length)
}

describe.each(RUNTIMES)('on %s', (runtime) => {
  it(`shows nothing private to a zone that may not see it (seed ${SEED})`, async () => {
    const bench = await startBench(runtime)
    const { tally, witness, failures, cloudward, traces } = bench
    const asks = sample(ask, { seed: SEED, numRuns: ASKS })
    const stopReloads = startReloads(bench)
    const began = performance.now()
    const queue = asks.values()
    // Whoever is free takes the next one, so that asks are sent in their order.
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const asked of queue) await send(bench, asked)
      }),
    )
    const seconds = (performance.now() - began) / 1000
    const reloads = await stopReloads()
    await expect.poll(() => tracesWaiting(bench), { timeout: 60_000, interval: 200 }).toBe(0)
    console.log(
      [
        `privacy on ${runtime}: ${ASKS} requests in ${seconds.toFixed(1)} s, ${reloads} reloads, seed ${SEED}`,
        ...(IS_FULL
          ? [tally.render(['surface', 'dress', 'way'])]
          : [tally.render(['surface', 'dress']), tally.render(['surface', 'way'])]),
      ].join('\n\n'),
    )
    const kinds = sorts(witness.leaks, asks)
    const shown = kinds.map(([what, of]) => `${of.length} leaks of ${what}`).slice(0, MOST_LISTED)
    for (const [, [leak]] of kinds.slice(0, MOST_REDUCED)) {
      if (leak) shown.push(await reduceLeak(bench, leak, SEED))
    }
    expect(shown.join('\n\n')).toBe('')
    expect(failures.slice(0, 5)).toEqual([])
    // Not all of them: fallbacks stand in for what failed a moment ago.
    expect(cloudward.arrived).toBeGreaterThan(cloudward.sent / 2)
    expect(reloads).toBeGreaterThan(5)
    // Most are told of, some with text, and some of that redacted.
    expect(traces.heard.spans).toBeGreaterThan(ASKS / 2)
    expect(traces.heard.texts).toBeGreaterThan(ASKS / 20)
    expect(traces.heard.masked).toBeGreaterThan(ASKS / 100)
    expectProof(tally)
  }, 300_000)
})

/** Had nothing been sent, or all of it been refused, nothing would have been shown. */
function expectProof(tally: Tally): void {
  for (const { name } of DRESSES) expect(tally.count({ dress: name }).local, name).toBeGreaterThan(0)
  for (const { name } of WAYS) expect(tally.count({ way: name }).sent, name).toBeGreaterThan(0)
  for (const surface of ALL) {
    // It is answered here, but where a backend counts by itself.
    if (surface === 'count-tokens') continue
    const clean = tally.count({ surface, dress: '(clean)' })
    expect(clean.cloud, surface).toBeGreaterThan(clean.sent / 4)
  }
  expect(tally.count({}).lan).toBeGreaterThan(0)
  expect(tally.count({}).refused).toBeGreaterThan(0)
}
