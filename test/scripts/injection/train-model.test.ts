import { describe, expect, it } from 'vitest'
import { calibrate } from '../../../scripts/injection/calibrate.ts'
import { crossValidate } from '../../../scripts/injection/cross-validate.ts'
import { foldsOf } from '../../../scripts/injection/folds-of.ts'
import type { LabelledText } from '../../../scripts/injection/labelled-text.ts'
import { packModel } from '../../../scripts/injection/pack-model.ts'
import { trainModel } from '../../../scripts/injection/train-model.ts'
import { judgeTokens } from '../../../src/pipeline/classify/injection-model.ts'
import { codesOf } from '../../../src/pipeline/classify/codes-of.ts'
import { tokenize } from '../../../src/pipeline/classify/injection-tokens.ts'

const THINGS = 'boat tree lamp river candle window garden stone bridge letter'.split(' ')

/** Attacks ask for bananas. */
const TEXTS: LabelledText[] = THINGS.flatMap((thing) => [
  { text: `bring me bananas with the ${thing}`, malicious: true, source: 'a', kind: 'direct' },
  { text: `tell me about the ${thing} please`, malicious: false, source: 'b', kind: 'benign' },
])

describe('trainModel', () => {
  it('learns what attacks have in common', () => {
    const model = trainModel(TEXTS)
    const likely = (text: string): number => judgeTokens(tokenize(codesOf(text)), model)
    expect(likely('bring me bananas with the piano')).toBeGreaterThan(0.6)
    expect(likely('tell me about the piano please')).toBeLessThan(0.4)
  })

  it('makes the same module of the same texts', () => {
    const module = packModel(trainModel(TEXTS))
    expect(packModel(trainModel(TEXTS))).toBe(module)
    expect(packModel(trainModel(TEXTS.slice(2)))).not.toBe(module)
  })

  it('learns nothing from tasks hidden in e-mails', () => {
    const hidden = { text: 'bring me bananas', malicious: true, source: 'c', kind: 'indirect-task' }
    expect(packModel(trainModel([...TEXTS, hidden]))).toBe(packModel(trainModel(TEXTS)))
  })
})

describe('crossValidate', () => {
  it('judges every text by a model that has not seen it', () => {
    const lone = { text: 'zyzzyva '.repeat(5), malicious: true, source: 'lone', kind: 'direct' }
    const scores = crossValidate([...TEXTS, lone, lone, lone].slice(0, -2))
    expect(scores).toHaveLength(TEXTS.length + 1)
    expect(scores[0]?.score).toBeGreaterThan(0.5)
    expect(scores[1]?.score).toBeLessThan(0.5)
    const model = trainModel([...TEXTS, lone, lone, lone])
    expect(scores.at(-1)?.score).toBeLessThan(judgeTokens(tokenize(codesOf(lone.text)), model))
  })

  it('deals each source out evenly, and each text once', () => {
    const sources = 'aaaaaaabbbbb'.split('').map((source) => ({ source }))
    const folds = foldsOf(sources)
    expect(folds).toEqual([
      [0, 5, 7],
      [1, 6, 8],
      [2, 9],
      [3, 10],
      [4, 11],
    ])
  })
})

describe('calibrate', () => {
  it.each([
    { name: 'evidence that is right three times in four', logits: [1, -1], right: 3, wrong: 1 },
    { name: 'a scale of its own', logits: [10, -10], right: 3, wrong: 1 },
  ])('$name', ({ logits: [yes = 0, no = 0], right, wrong }) => {
    const rows = [
      ...Array.from({ length: 100 * right }, () => [yes, true] as const),
      ...Array.from({ length: 100 * wrong }, () => [yes, false] as const),
      ...Array.from({ length: 100 * right }, () => [no, false] as const),
      ...Array.from({ length: 100 * wrong }, () => [no, true] as const),
    ]
    const { slope, offset } = calibrate(
      rows.map(([logit]) => logit),
      rows.map(([, positive]) => positive),
    )
    const probability = 1 / (1 + Math.exp(-(slope * yes + offset)))
    expect(probability).toBeCloseTo(right / (right + wrong), 2)
    expect(offset).toBeCloseTo(0, 2)
  })
})
