/**
 * Fits the weights of the token estimate to half of the texts in a folder of labelled data and prints them, for
 * `src/pipeline/classify/token-classes.ts`. `npm run eval` judges them on the other half.
 *
 *   node scripts/fit-token-weights.ts --data ../shared/eval
 */
import { parseArgs } from 'node:util'
import { readRows } from '../test/eval/read-rows.ts'
import { countExactly } from './tokens/count-exactly.ts'
import { type CountedText, fitWeights } from './tokens/fit-weights.ts'
import { kindOfText, type TextKind } from './tokens/kind-of-text.ts'
import { wasFitted } from './tokens/was-fitted.ts'

const STEMS = ['benign_prompts', 'injection', 'pii', 'secrets']

/** How much each kind counts, however many texts of it there are. */
const SHARES: Record<TextKind, number> = { prose: 8, code: 3, CJK: 1.5, 'other scripts': 1, keys: 1 }

/** Shorter texts are off by a large share whenever they are off by one token. */
const FEWEST_TOKENS = 8

const { values } = parseArgs({ options: { data: { type: 'string', default: '../shared/eval' } } })
const texts: (Omit<CountedText, 'weight'> & { kind: TextKind })[] = []
for (const stem of STEMS) {
  for (const { id, text, source, kind = '' } of await readRows(values.data, stem)) {
    const counted = wasFitted(id) ? countExactly(text) : null
    if (counted === null || counted.tokens < FEWEST_TOKENS) continue
    texts.push({ ...counted, kind: kindOfText(text, `${source} ${kind}`) })
  }
}
const sizes = Map.groupBy(texts, ({ kind }) => kind)
const weighted = texts.map(({ text, tokens, kind }) => ({
  text,
  tokens,
  weight: (1000 * SHARES[kind]) / (sizes.get(kind)?.length ?? 1),
}))
for (const [name, [first, further]] of fitWeights(weighted)) console.log(`  ${name}: [${first}, ${further}],`)
