/**
 * Labelled texts → the linear model of the injection guard: trained, calibrated on texts that it had not seen, and
 * quantised to one byte a weight. Deterministic.
 */
import type { LinearModel } from '../../src/pipeline/classify/injection-model.ts'
import { BUCKETS, bucketsOf, DAMPING, tokenize } from '../../src/pipeline/classify/injection-tokens.ts'
import { windowsOf } from '../../src/pipeline/classify/score-injection.ts'
import { codesOf } from '../../src/pipeline/classify/codes-of.ts'
import { unmask } from '../../src/pipeline/classify/unmask.ts'
import { calibrate } from './calibrate.ts'
import { EVERYDAY } from './everyday.ts'
import { foldsOf } from './folds-of.ts'
import type { LabelledText } from './labelled-text.ts'
import { type Example, type LinearWeights, trainLinear, type TrainingOptions } from './train-linear.ts'

/** Chosen by cross-validation on the development data, where neighbouring choices do as well. */
const OPTIONS: TrainingOptions = {
  buckets: BUCKETS,
  damping: DAMPING,
  epochs: 30,
  averageAfter: 10,
  rate: 0.5,
  l2: 3e-4,
  minExamples: 3,
}

/** Direct attempts are short, and few beside the jailbreaks; so are harmless texts made of their words. */
const EMPHASIS = 2

/** Ordinary tasks within e-mails: they could only teach that e-mails are attacks. */
const UNTEACHABLE = 'indirect-task'

export function trainModel(texts: readonly LabelledText[]): LinearModel {
  const taught = [...texts.filter(({ kind }) => kind !== UNTEACHABLE), ...EVERYDAY]
  const examples = taught.map(toExamples)
  const logits = new Float64Array(taught.length)
  for (const fold of foldsOf(taught)) {
    const seen = new Set(fold)
    const trained = trainLinear(examples.filter((_, index) => !seen.has(index)).flat(), OPTIONS)
    for (const index of fold) {
      logits[index] = Math.max(...(examples[index] ?? []).map((example) => logitOf(example, trained)))
    }
  }
  const positives = taught.map(({ malicious }) => malicious)
  return quantise(trainLinear(examples.flat(), OPTIONS), calibrate(logits, positives))
}

/** The windows of a text share its weight. */
function toExamples({ text, malicious, kind }: LabelledText): Example[] {
  const plain = unmask(text).text
  const windows = windowsOf(plain.length)
  const isEmphasised = malicious ? !kind.startsWith('jailbreak') : kind === 'benign-hard'
  return windows.map(([start, end]) => ({
    buckets: bucketsOf(tokenize(codesOf(plain.slice(start, end)))).slice(),
    positive: malicious,
    weight: (isEmphasised ? EMPHASIS : 1) / windows.length,
  }))
}

function logitOf({ buckets }: Example, { bias, weights }: LinearWeights): number {
  let sum = 0
  for (const bucket of buckets) sum += weights[bucket] ?? 0
  return bias + sum / Math.sqrt(buckets.length + DAMPING)
}

function quantise(
  { bias, weights }: LinearWeights,
  { slope, offset }: { slope: number; offset: number },
): LinearModel {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), Number.MIN_VALUE)
  const step = largest / 127
  return {
    bias: slope * bias + offset,
    scale: slope * step,
    weights: Int8Array.from(weights, (weight) => Math.round(weight / step)),
  }
}
