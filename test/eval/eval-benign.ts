/** What the privacy detectors see in ordinary prompts. Some hold real addresses: a figure, not a verdict. */
import { countAll, groupBy } from './counts.ts'
import { judgeRow } from './judge-row.ts'
import type { Row } from './read-rows.ts'
import type { Section } from './section.ts'

export function evalBenign(rows: readonly Row[]): Section {
  const cases = rows.map(({ id, text, source }) => {
    const kinds = judgeRow(text).findings.map(({ detector, kind }) => `${detector}/${kind}`)
    return { id, source, kinds }
  })
  const count = (members: readonly { kinds: string[] }[], of: (kind: string) => boolean) =>
    countAll(members.map(({ kinds }) => ({ positive: false, flagged: kinds.some(of) })))
  const kinds = [...new Set(cases.flatMap((each) => each.kinds))].sort()
  return {
    name: 'privacy on benign prompts',
    lines: [
      { name: 'secrets', counts: count(cases, (kind) => kind.startsWith('secrets/')) },
      { name: 'pii', counts: count(cases, (kind) => kind.startsWith('pii/')) },
      ...kinds.map((name) => ({ name, counts: count(cases, (kind) => kind === name) })),
      ...Array.from(
        groupBy(cases, ({ source }) => source),
        ([name, group]) => ({ name: `from ${name}`, counts: count(group, () => true) }),
      ),
    ],
    verdicts: [],
    mistakes: cases
      .filter((each) => each.kinds.length > 0)
      .map((each) => ({ id: each.id, what: [...new Set(each.kinds)].join(', '), kind: 'wrong' })),
  }
}
