/** A leak that was found among thousands of requests, made small enough to read. */
import { asyncProperty, check, sample } from 'fast-check'
import { type Ask, ask } from './ask.ts'
import { type Bench, send } from './bench.ts'
import { compose } from './compose.ts'
import type { Leak } from './witness.ts'

const LONGEST_REDUCTION_MS = 20_000
const LONGEST_SHOWN = 2000

/** @returns the leak, and the simplest request that still leaks when it is sent alone */
export async function reduceLeak(bench: Bench, leak: Leak, seed: number): Promise<string> {
  const { witness } = bench
  const leaks = async (asked: Ask): Promise<boolean> => {
    const before = witness.leaks.length
    await send(bench, asked)
    return witness.leaks.length > before
  }
  const details = await check(
    asyncProperty(ask, async (asked) => !(await leaks(asked))),
    {
      seed,
      path: String(leak.number),
      numRuns: 1,
      endOnFailure: false,
      interruptAfterTimeLimit: LONGEST_REDUCTION_MS,
    },
  )
  const [simplest] = details.counterexample ?? []
  const shown = simplest ?? sample(ask, { seed, path: String(leak.number), numRuns: 1 })[0]
  return [
    `${leak.what} reached ${leak.zone} on ${bench.runtime} (seed ${seed}, ask ${leak.number}):`,
    leak.body.slice(0, LONGEST_SHOWN),
    simplest === undefined
      ? 'It did not leak again when sent alone:'
      : `Reduced in ${details.numShrinks} steps:`,
    JSON.stringify(shown),
    ...(shown === undefined ? [] : [compose(shown, 0).body.slice(0, LONGEST_SHOWN)]),
  ].join('\n')
}
