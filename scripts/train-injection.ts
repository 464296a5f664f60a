/**
 * Trains the model of the injection guard and writes `src/pipeline/classify/injection-weights.ts`. Prints what five-fold
 * cross-validation finds at the default thresholds, source by source. The data is no part of the repository.
 *
 *   node scripts/train-injection.ts --data ../shared/eval [--only-validate]
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DEFAULTS } from '../compiler/resolve/defaults.ts'
import { crossValidate } from './injection/cross-validate.ts'
import type { LabelledText } from './injection/labelled-text.ts'
import { packModel } from './injection/pack-model.ts'
import { readTexts } from './injection/read-texts.ts'
import { trainModel } from './injection/train-model.ts'

const OUTPUT = fileURLToPath(new URL('../src/pipeline/classify/injection-weights.ts', import.meta.url))

const { values } = parseArgs({
  options: { data: { type: 'string', default: '../shared/eval' }, 'only-validate': { type: 'boolean' } },
})
const { labelled, ordinary } = readTexts(values.data)
const texts = [...labelled, ...ordinary]
printValidation(texts, new Set(ordinary))
if (values['only-validate'] !== true) writeFileSync(OUTPUT, packModel(trainModel(texts)))

function printValidation(all: readonly LabelledText[], benign: ReadonlySet<LabelledText>): void {
  const scores = crossValidate(all).map(({ score }) => score)
  const { user, tool, document } = DEFAULTS.injectionThresholds
  const levels = [...new Set([user, tool, document])]
  const groups = new Map<string, number[]>()
  for (const [index, text] of all.entries()) {
    const { source, malicious } = text
    const names = [`${malicious ? 'malicious' : 'benign   '} ${source}`]
    if (benign.has(text)) names.push('benign    all ordinary prompts')
    if (source.includes('NotInject')) names.push('benign    all of NotInject')
    if (malicious && /deepset|CyberSecEval/.test(source)) names.push('malicious deepset and CyberSecEval')
    for (const name of names) groups.set(name, [...(groups.get(name) ?? []), scores[index] ?? 0])
  }
  console.log(`flagged at ${levels.join(', ')}, by models that had not seen the text`)
  for (const [name, found] of Array.from(groups).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const flagged = levels.map((level) => found.filter((score) => score >= level).length)
    console.log(
      `${flagged.map((count) => String(count).padStart(5)).join('')} of ${String(found.length).padStart(4)}  ${name}`,
    )
  }
}
