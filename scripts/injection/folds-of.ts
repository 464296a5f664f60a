import type { LabelledText } from './labelled-text.ts'

const FOLDS = 5

/** Five parts of the texts, as indices; each source is dealt out evenly. */
export function foldsOf(texts: readonly Pick<LabelledText, 'source'>[]): number[][] {
  const folds: number[][] = Array.from({ length: FOLDS }, () => [])
  const dealt = new Map<string, number>()
  for (const [index, { source }] of texts.entries()) {
    const turn = dealt.get(source) ?? 0
    dealt.set(source, turn + 1)
    folds[turn % FOLDS]?.push(index)
  }
  return folds
}
