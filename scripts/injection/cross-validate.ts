/** What the injection guard makes of texts that its model was not trained on. */
import { type InjectionScore, scoreInjection } from '../../src/pipeline/classify/score-injection.ts'
import { unmask } from '../../src/pipeline/classify/unmask.ts'
import { foldsOf } from './folds-of.ts'
import type { LabelledText } from './labelled-text.ts'
import { trainModel } from './train-model.ts'

/** @returns for each text its score and reasons, by rules and by a model trained on the other four fifths */
export function crossValidate(texts: readonly LabelledText[]): InjectionScore[] {
  const scores: InjectionScore[] = []
  for (const fold of foldsOf(texts)) {
    const unseen = new Set(fold)
    const model = trainModel(texts.filter((_, index) => !unseen.has(index)))
    for (const index of fold) scores[index] = scoreInjection(unmask(texts[index]?.text ?? '').text, model)
  }
  return scores
}
