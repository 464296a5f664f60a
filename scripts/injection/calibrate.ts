/** Platt's scaling: the slope and offset that make a probability of a logit, fitted on texts the model had not seen. */
export function calibrate(
  logits: ArrayLike<number>,
  positives: readonly boolean[],
): { slope: number; offset: number } {
  const total = positives.length
  const positive = positives.filter(Boolean).length
  // Not quite 1 and 0, so that texts which are told apart without fault do not drive the slope to infinity.
  const yes = (positive + 1) / (positive + 2)
  const no = 1 / (total - positive + 2)
  let slope = 0
  let offset = 0
  for (let round = 0; round < 100; round += 1) {
    let [a, b, aa, ab, bb] = [0, 0, 1e-9, 0, 1e-9]
    for (const [index, isPositive] of positives.entries()) {
      const logit = logits[index] ?? 0
      const p = 1 / (1 + Math.exp(-(slope * logit + offset)))
      const error = p - (isPositive ? yes : no)
      const spread = p * (1 - p)
      a += error * logit
      b += error
      aa += spread * logit * logit
      ab += spread * logit
      bb += spread
    }
    const det = aa * bb - ab * ab
    if (det < 1e-12) break
    slope -= (bb * a - ab * b) / det
    offset -= (aa * b - ab * a) / det
    if (Math.abs(a) + Math.abs(b) < 1e-9 * total) break
  }
  return { slope, offset }
}
