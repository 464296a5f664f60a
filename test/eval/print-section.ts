/** A section as text: its tables, its verdicts, and some of what it got wrong. */
import { falseRateOf, precisionOf, recallOf } from './counts.ts'
import { type ErrorLine, holds, type Mistake, type Section } from './section.ts'

export interface PrintOptions {
  /** Rows that are named, of each kind of mistake. */
  examples: number
  /** The text of a row; null = texts stay out of the report. */
  textOf: ((id: string) => string) | null
}

export function printSection(section: Section, options: PrintOptions): string {
  const { name, lines, errors = [], verdicts, mistakes } = section
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
  const tables = [
    ...(lines.length === 0 ? [] : [header, ...table]),
    ...(errors.length === 0 ? [] : printErrors(errors)),
  ]
  return [name, ...tables, ...judged, ...examplesOf(mistakes, options), ''].join('\n')
}

function printErrors(errors: readonly ErrorLine[]): string[] {
  const row = (name: string, cells: readonly string[]): string =>
    `  ${name}`.padEnd(52) + cells.map((cell) => cell.padStart(12)).join('')
  return [
    row('', ['texts', 'median', 'p90', 'bias', 'below -20 %']),
    ...errors.map(({ name, texts, ...shares }) =>
      row(name, [String(texts), ...[shares.median, shares.p90, shares.bias, shares.low].map(percent)]),
    ),
  ]
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
