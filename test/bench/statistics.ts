/**
 * Statistics over samples: exact quantiles, and paired differences with a bootstrap interval.
 */

/** Where a figure lies, and the interval that holds it with 95 % confidence. */
export interface Estimate {
  value: number
  low: number
  high: number
}

/** Columns of `rows`: which arm, against which baseline. */
export interface Pairing {
  arm: number
  baseline: number
}

const RESAMPLES = 200
/** Rounds next to each other share the machine's mood, so they are resampled together. */
const LONGEST_BLOCK = 25

/** The smallest sample that at least the share q of all samples does not exceed. `samples` must be ascending. */
export function quantile(samples: Float64Array, q: number): number {
  const index = Math.ceil(q * samples.length) - 1
  return samples[Math.max(0, index)] ?? Number.NaN
}

export function sorted(samples: Iterable<number>): Float64Array {
  return Float64Array.from(samples).sort()
}

/** Median over rounds of `arm - baseline`, each difference taken within one round. */
export function addedMedian(rows: readonly number[][], pairing: Pairing): Estimate {
  const complete = rows.filter((row) => has(row, pairing))
  const differences = difference(complete, pairing)
  return bootstrap(differences.length, (picks) => medianOf(differences, picks))
}

/** Ratio of two added medians over the same rounds: what `arm` adds for each unit that `other` adds. */
export function addedRatio(rows: readonly number[][], arm: Pairing, other: Pairing): Estimate {
  const complete = rows.filter((row) => has(row, arm) && has(row, other))
  return medianRatio(difference(complete, arm), difference(complete, other))
}

/** Ratio of the medians of two samples, the i-th values of both taken at about the same time. */
export function medianRatio(above: ArrayLike<number>, below: ArrayLike<number>): Estimate {
  const [a, b] = [Float64Array.from(above), Float64Array.from(below)]
  const length = Math.min(a.length, b.length)
  return bootstrap(length, (picks) => medianOf(a, picks) / medianOf(b, picks))
}

/** Median of a few values with the interval that their own spread gives. */
export function medianWithSpread(values: readonly number[]): Estimate {
  const samples = Float64Array.from(values)
  return bootstrap(samples.length, (picks) => medianOf(samples, picks))
}

/** Did both calls succeed? One that failed is -1. */
function has(row: readonly number[], { arm, baseline }: Pairing): boolean {
  return (row[arm] ?? -1) >= 0 && (row[baseline] ?? -1) >= 0
}

function difference(rows: readonly number[][], { arm, baseline }: Pairing): Float64Array {
  return Float64Array.from(rows, (row) => (row[arm] ?? 0) - (row[baseline] ?? 0))
}

function medianOf(samples: Float64Array, picks: Uint32Array | null): number {
  const chosen = picks === null ? samples.slice() : Float64Array.from(picks, (i) => samples[i] ?? Number.NaN)
  return quantile(chosen.sort(), 0.5)
}

/** Block bootstrap, percentile interval. The generator is seeded: the same samples give the same interval. */
function bootstrap(length: number, estimate: (picks: Uint32Array | null) => number): Estimate {
  const random = mulberry32(length)
  const block = Math.max(1, Math.min(LONGEST_BLOCK, Math.floor(length / 20)))
  const picks = new Uint32Array(length)
  const estimates = new Float64Array(length === 0 ? 0 : RESAMPLES)
  for (let n = 0; n < estimates.length; n++) {
    for (let i = 0; i < length; i += block) {
      const from = Math.floor(random() * length)
      for (let k = 0; k < block && i + k < length; k++) picks[i + k] = (from + k) % length
    }
    estimates[n] = estimate(picks)
  }
  estimates.sort()
  return { value: estimate(null), low: quantile(estimates, 0.025), high: quantile(estimates, 0.975) }
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = Math.imul(state ^ (state >>> 15), state | 1)
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61)
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
  }
}
