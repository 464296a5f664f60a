/** The secrets detector, text by text: does it see one, and is there one. */
import { countAll, groupBy, precisionOf, recallOf } from './counts.ts'
import { judgeRow } from './judge-row.ts'
import type { Row } from './read-rows.ts'
import type { Section } from './section.ts'

/** The independent part: the others are fixtures of the very rules that tools like ours are made after. */
const INDEPENDENT = /^CredSweeper/

export function evalSecrets(rows: readonly Row[]): Section {
  const judged = rows.map(({ id, text, source, label, rule = 'none' }) => {
    const finds = judgeRow(text).findings.filter(({ detector }) => detector === 'secrets')
    const part = INDEPENDENT.test(source) ? 'CredSweeper' : source
    const kinds = finds.map(({ kind }) => kind)
    return { id, rule, part, positive: label === 1, flagged: kinds.length > 0, kinds }
  })
  const all = countAll(judged)
  const independent = countAll(judged.filter(({ part }) => part === 'CredSweeper'))
  return {
    name: 'secrets',
    lines: [
      { name: 'all', counts: all },
      ...Array.from(
        groupBy(judged, ({ part }) => part),
        ([name, part]) => ({ name, counts: countAll(part) }),
      ),
    ],
    verdicts: [
      { name: 'recall', value: recallOf(all), bound: 0.95, kind: 'floor' },
      { name: 'precision', value: precisionOf(all), bound: 0.95, kind: 'floor' },
      { name: 'recall on CredSweeper', value: recallOf(independent), bound: 0.8, kind: 'floor' },
    ],
    mistakes: judged
      .filter(({ positive, flagged }) => positive !== flagged)
      .map(({ id, rule, positive, kinds }) =>
        positive ? { id, what: rule, kind: 'missed' } : { id, what: kinds.join(', '), kind: 'wrong' },
      ),
  }
}
