/**
 * The linear half of the injection guard: a logistic model over hashed words and pairs of neighbours. Its weights are
 * trained by `scripts/train-injection.ts` and committed; here they are only added up.
 */
import { BUCKETS, bucketsOf, DAMPING } from './injection-tokens.ts'
import { INJECTION_WEIGHTS } from './injection-weights.ts'

export interface LinearModel {
  bias: number
  /** What one step of a weight is worth. */
  scale: number
  /** One for each bucket. */
  weights: Int8Array
}

/** As it is committed: the weights in base64. */
export interface PackedModel {
  bias: number
  scale: number
  weights: string
}

/** How likely it is that a text with these tokens is an injection, 0 to 1; linear in their number. */
export function judgeTokens(tokens: Int32Array, model: LinearModel): number {
  return judgeBuckets(bucketsOf(tokens), model)
}

/** The same of the buckets of its tokens. */
export function judgeBuckets(buckets: Int32Array, { bias, scale, weights }: LinearModel): number {
  let sum = 0
  for (let i = 0; i < buckets.length; i += 1) sum += weights[buckets[i] ?? 0] ?? 0
  return toProbability(bias + (scale * sum) / Math.sqrt(buckets.length + DAMPING))
}

function toProbability(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}

/** @throws RangeError for weights made for another number of buckets */
export function unpackModel({ bias, scale, weights }: PackedModel): LinearModel {
  const bytes = Int8Array.from(atob(weights), (byte) => byte.charCodeAt(0))
  if (bytes.length !== BUCKETS) throw new RangeError(`${bytes.length} weights for ${BUCKETS} buckets`)
  return { bias, scale, weights: bytes }
}

let committed: LinearModel | undefined

/** Unpacked at its first use: most policies have no injection guard. */
export function committedModel(): LinearModel {
  committed ??= unpackModel(INJECTION_WEIGHTS)
  return committed
}
