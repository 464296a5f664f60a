/**
 * Logistic regression over sparse features by AdaGrad, with L2. Deterministic: the same examples in the same order give
 * the same weights.
 */

export interface Example {
  /** Buckets, each once. */
  buckets: Int32Array
  positive: boolean
  /** How much it counts. */
  weight: number
}

export interface LinearWeights {
  bias: number
  /** One for each bucket; divided by √(n + damping) for a text of n buckets. */
  weights: Float64Array
}

export interface TrainingOptions {
  buckets: number
  /** Added to the number of buckets of a text. */
  damping: number
  epochs: number
  /** The weights are the mean of those after each further epoch: the last one alone leans on the order of its examples. */
  averageAfter: number
  rate: number
  l2: number
  /** Buckets of fewer examples stay 0: what stands in one text alone says nothing about others. */
  minExamples: number
}

export function trainLinear(examples: readonly Example[], options: TrainingOptions): LinearWeights {
  const { buckets: size, damping, epochs, averageAfter, rate, l2 } = options
  const known = knownBuckets(examples, options)
  const weights = new Float64Array(size)
  const squares = new Float64Array(size).fill(1e-6)
  let bias = 0
  let biasSquares = 1e-6
  const order = Uint32Array.from(examples, (_, index) => index)
  const random = createRandom()
  const mean: LinearWeights = { bias: 0, weights: new Float64Array(size) }
  const share = 1 / (epochs - averageAfter)
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    for (const index of order) {
      const { positive, weight } = examples[index] as Example
      const buckets = known[index] as Int32Array
      const unit = 1 / Math.sqrt((examples[index] as Example).buckets.length + damping)
      let logit = bias
      for (const bucket of buckets) logit += (weights[bucket] as number) * unit
      const error = (1 / (1 + Math.exp(-logit)) - (positive ? 1 : 0)) * weight
      biasSquares += error * error
      bias -= (rate * error) / Math.sqrt(biasSquares)
      for (const bucket of buckets) {
        const slope = error * unit + l2 * (weights[bucket] as number)
        const square = (squares[bucket] as number) + slope * slope
        squares[bucket] = square
        weights[bucket] = (weights[bucket] as number) - (rate * slope) / Math.sqrt(square)
      }
    }
    if (epoch < averageAfter) continue
    mean.bias += share * bias
    for (const [bucket, weight] of weights.entries()) {
      mean.weights[bucket] = (mean.weights[bucket] as number) + share * weight
    }
  }
  return mean
}

function knownBuckets(
  examples: readonly Example[],
  { buckets: size, minExamples }: TrainingOptions,
): Int32Array[] {
  const counts = new Uint32Array(size)
  for (const { buckets } of examples) for (const bucket of buckets) counts[bucket] = (counts[bucket] ?? 0) + 1
  return examples.map(({ buckets }) => buckets.filter((bucket) => (counts[bucket] ?? 0) >= minExamples))
}

function createRandom(): () => number {
  let state = 0x2545f491
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Fisher and Yates. */
function shuffle(order: Uint32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const swapped = order[i] as number
    order[i] = order[j] as number
    order[j] = swapped
  }
}
