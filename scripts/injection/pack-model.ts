import type { LinearModel } from '../../src/pipeline/classify/injection-model.ts'

/** The module that a model is committed as. */
export function packModel({ bias, scale, weights }: LinearModel): string {
  const packed = Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength).toString('base64')
  return `/** Written by scripts/train-injection.ts. Do not edit. One byte for each bucket, in base64. */
import type { PackedModel } from './injection-model.ts'

export const INJECTION_WEIGHTS: PackedModel = {
  bias: ${bias},
  scale: ${scale},
  weights:
    '${packed}',
}
`
}
