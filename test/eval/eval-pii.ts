/** The PII detector, span by span: are those of a fixed format found, and is what is found one. */
import { countAll, groupBy, precisionOf, recallOf } from './counts.ts'
import { judgeRow } from './judge-row.ts'
import type { Row, Span } from './read-rows.ts'
import type { Line, Mistake, Section } from './section.ts'

/** What patterns can find. Names, addresses and organisations have no fixed format. */
const FIXED = new Set(
  'CREDIT_CARD PHONE_NUMBER EMAIL_ADDRESS IBAN_CODE US_SSN IP_ADDRESS US_DRIVER_LICENSE'.split(' '),
)
/** Right when found, since a date may be one of birth, but not asked for. */
const ALLOWED = new Set([...FIXED, 'DATE_TIME'])

interface Find {
  kind: string
  id: string
  right: boolean
}

export function evalPii(rows: readonly Row[]): Section {
  const spans: { id: string; type: string; flagged: boolean }[] = []
  const finds: Find[] = []
  const texts: { positive: boolean; flagged: boolean }[] = []
  for (const { id, text, label, structured, spans: marked = [] } of rows) {
    const found = judgeRow(text).findings.filter(({ detector }) => detector === 'pii')
    for (const span of marked.filter(({ type }) => FIXED.has(type))) {
      spans.push({ id, type: span.type, flagged: found.some((find) => overlap(find, span)) })
    }
    for (const find of found) {
      const right = marked.some((span) => ALLOWED.has(span.type) && overlap(find, span))
      finds.push({ id, kind: find.kind, right })
    }
    // A text with names only is neither: it holds personal data, though none that has a format.
    if (structured === true || label === 0)
      texts.push({ positive: structured === true, flagged: found.length > 0 })
  }
  const counts = {
    positives: spans.length,
    found: spans.filter(({ flagged }) => flagged).length,
    negatives: 0,
    wrong: 0,
  }
  const right = finds.filter((find) => find.right).length
  const byText = countAll(texts)
  return {
    name: 'pii',
    lines: [...bySpan(spans, finds), { name: 'texts', counts: byText }],
    verdicts: [
      { name: 'recall of spans', value: recallOf(counts), bound: 0.95, kind: 'floor' },
      {
        name: 'precision of finds',
        value: finds.length === 0 ? 1 : right / finds.length,
        bound: 0.9,
        kind: 'floor',
      },
      { name: 'recall of texts', value: recallOf(byText), bound: 0.95, kind: 'floor' },
      { name: 'precision of texts', value: precisionOf(byText), bound: 0.9, kind: 'floor' },
    ],
    mistakes: [
      ...spans
        .filter(({ flagged }) => !flagged)
        .map(({ id, type }): Mistake => ({ id, what: type, kind: 'missed' })),
      ...finds
        .filter((find) => !find.right)
        .map(({ id, kind }): Mistake => ({ id, what: kind, kind: 'wrong' })),
    ],
  }
}

/** A line for each type of span, and one for each kind of find with those that are wrong. */
function bySpan(spans: readonly { type: string; flagged: boolean }[], finds: readonly Find[]): Line[] {
  return [
    ...Array.from(
      groupBy(spans, ({ type }) => type),
      ([name, group]) => ({
        name,
        counts: countAll(group.map(({ flagged }) => ({ positive: true, flagged }))),
      }),
    ),
    ...Array.from(
      groupBy(finds, ({ kind }) => kind),
      ([name, group]) => ({
        name: `found as ${name}`,
        counts: countAll(group.map(({ right }) => ({ positive: right, flagged: true }))),
      }),
    ),
  ]
}

function overlap(a: Pick<Span, 'start' | 'end'>, b: Pick<Span, 'start' | 'end'>): boolean {
  return a.start < b.end && b.start < a.end
}
