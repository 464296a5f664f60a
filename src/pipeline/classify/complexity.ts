/**
 * How hard a request seems: by its size and by the words of the last user turn. On public routing labels such signs are
 * somewhat better than chance and no more, so they err upwards: any sign lifts the class, none lowers it.
 */
import type { RequestText } from '../../protocols/text-parts.ts'
import type { Complexity } from '../../table/predicate.ts'
import type { ComplexityGauge } from '../../table/route-table.ts'
import type { Prepared } from './prepare.ts'

export interface ComplexityVerdict {
  complexity: Complexity
  /** What lifted it above `simple`: `tokens`, `code`, `reasoning`. */
  reasons: string[]
}

export function gaugeComplexity(
  { parts, lastUser }: RequestText,
  tokens: number,
  { gauge, words }: { gauge: ComplexityGauge; words: Pick<Prepared, 'code' | 'reasoning'> },
): ComplexityVerdict {
  const asked = parts.slice(...lastUser)
  const says = (any: RegExp | null): boolean => any !== null && asked.some(({ text }) => any.test(text))
  const reasons: string[] = []
  let complexity: Complexity = 'simple'
  if (tokens > gauge.simpleTokens) {
    reasons.push('tokens')
    complexity = tokens > gauge.mediumTokens ? 'complex' : 'medium'
  }
  if (says(words.code)) {
    reasons.push('code')
    if (complexity === 'simple') complexity = 'medium'
  }
  if (says(words.reasoning)) {
    reasons.push('reasoning')
    complexity = 'complex'
  }
  return { complexity, reasons }
}
