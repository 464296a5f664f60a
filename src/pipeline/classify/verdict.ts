/** What a request's classification comes to, in the words of a record. */
import { KNOWN_KEYS } from '../../protocols/known-names.ts'
import type { TextPart } from '../../protocols/text-parts.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { MaskedSpan, Verdict } from '../../table/verdict.ts'
import type { Classified } from './classify.ts'
import type { PartSpan } from './haystack.ts'

/** @param most finds that are listed of each sort; all are counted */
export function toVerdict(
  { facts, parts, findings, passedOver, unread, injection, complexityReasons }: Classified,
  { needs, classify }: Pick<RouteTable, 'needs' | 'classify'>,
  most = 50,
): Verdict {
  const mask = (span: PartSpan): MaskedSpan => ({
    where: placeOf(parts[span.part]),
    start: span.start,
    end: span.end,
  })
  const counts: Record<string, number> = {}
  for (const { detector, kind } of findings) {
    const name = `${detector}/${kind}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return {
    labels: facts.labels,
    counts,
    finds: findings.slice(0, most).map((find) => {
      const { detector, kind, label } = find
      return Object.assign({ detector, kind, label }, mask(find))
    }),
    passedOver: passedOver.slice(0, most).map((find) => {
      const { detector, kind, label, why } = find
      return Object.assign({ detector, kind, label, why }, mask(find))
    }),
    unread,
    injection: classify.injection && {
      flagged: injection.flagged,
      score: Math.round(injection.score * 100) / 100,
      channel: injection.channel,
      reasons: injection.reasons,
      finds: injection.finds.slice(0, most).map((find) => Object.assign({ reason: find.reason }, mask(find))),
    },
    complexity: needs.complexity ? { class: facts.complexity, reasons: complexityReasons } : null,
  }
}

/** What cannot be replaced has no path. */
function placeOf(part: TextPart | undefined): string {
  if (part === undefined || part.path.length === 0) return UNPLACED[part?.kind ?? 'keys'] ?? 'the request'
  return part.path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      return `${i === 0 ? '' : '.'}${KNOWN_KEYS.has(step) ? step : '*'}`
    })
    .join('')
}

const UNPLACED: Partial<Record<TextPart['kind'], string>> = {
  keys: 'names of fields',
  numbers: 'numbers',
  model: 'the name of the model',
  'correlation-id': 'x-correlation-id',
}
