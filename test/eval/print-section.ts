/** A section as text: its tables, its verdicts, and some of what it got wrong. */
import { falseRateOf, precisionOf, recallOf } from './counts.ts'
import { holds, type Mistake, type Section } from './section.ts'

export interface PrintOptions {
  /** Rows that are named, of each kind of mistake. */
  examples: number
  /** The text of a row; null = texts stay out of the report. */
  textOf: ((id: string) => string) | null
}

export function printSection({ name, lines, verdicts, mistakes }: Section, options: PrintOptions): string {
  const table = lines.map(({ name: of, counts }) => {
    const { positives, found, negatives, wrong } = counts
    return [
      `  ${of}`.padEnd(52),
      (positives === 0 ? '' : `${found}/${positives} ${percent(recallOf(counts))}`).padEnd(18),
      (negatives === 0 ? '' : `${wrong}/${negatives} ${percent(falseRateOf(counts))}`).padEnd(18),
      positives > 0 && negatives > 0 ? percent(precisionOf(counts)) : '',
    ]
      .join('')
      .trimEnd()
  })
  const judged = verdicts.map(
    (verdict) =>
      `  ${holds(verdict) ? 'ok    ' : 'MISSED'} ${verdict.name}: ${verdict.value.toFixed(4)}, ` +
      `${verdict.kind === 'floor' ? 'at least' : 'at most'} ${verdict.bound}`,
  )
  const header = '  '.padEnd(52) + 'recall'.padEnd(18) + 'false positives'.padEnd(18) + 'precision'
  return [name, header, ...table, ...judged, ...examplesOf(mistakes, options), ''].join('\n')
}

function examplesOf(mistakes: readonly Mistake[], { examples, textOf }: PrintOptions): string[] {
  return (['missed', 'wrong'] as const).flatMap((kind) =>
    mistakes
      .filter((mistake) => mistake.kind === kind)
      .slice(0, examples)
      .map(
        ({ id, what }) =>
          `  ${kind} ${id} (${what})${textOf === null ? '' : `: ${JSON.stringify(textOf(id))}`}`,
      ),
  )
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
