/**
 * Two rules that ask the same but for a range of numbers, where the ranges cut into each other: what lies in both goes to
 * the first, and likely one of the bounds is a slip. A range within another, or another end that is the same, is no slip.
 */
import type { NumberFact } from '../../src/table/predicate.ts'
import { quote } from '../diagnostics/quote.ts'
import { conjuncts } from '../flow/conjuncts.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedRule } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'

export const overlappingRules: Check = {
  name: 'overlapping-rules',
  onlyIfSound: true,
  run({ rulesets }, context) {
    for (const { rules } of rulesets.values()) {
      const cuts = Map.groupBy(rules.flatMap(cutsOf), ({ rest }) => rest)
      for (const alike of cuts.values()) {
        for (const [i, later] of alike.entries()) {
          const earlier = alike.slice(0, i).find((other) => cutsInto(other, later))
          if (earlier !== undefined) reportOverlap(earlier, later, context)
        }
      }
    }
  },
}

/** A range that a settling rule asks for, beside whatever else it asks. */
interface Cut {
  id: string
  fact: NumberFact
  start: number
  end: number
  at: Place
  /** All else that it asks, and of which number: only rules alike in this are compared. */
  rest: string
  /** What becomes of the request. */
  action: string
}

/** One for each range among conditions that must all hold; none for a rule that asks otherwise. */
function cutsOf({ rule, when }: ResolvedRule): Cut[] {
  if (when === null || rule.action.kind === 'continue') return []
  const parts = conjuncts(when)
  return parts.flatMap(({ predicate, at }) => {
    if (predicate.kind !== 'range') return []
    const others = parts.filter((part) => part.predicate !== predicate)
    const rest = others.map((part) => JSON.stringify(part.predicate)).toSorted()
    return {
      id: rule.id,
      fact: predicate.fact,
      start: predicate.atLeast,
      end: predicate.below ?? Infinity,
      at,
      rest: JSON.stringify([predicate.fact, rest]),
      action: JSON.stringify(rule.action),
    }
  })
}

function cutsInto(a: Cut, b: Cut): boolean {
  if (a.action === b.action) return false
  const [low, high] = a.start < b.start ? [a, b] : [b, a]
  return low.start < high.start && high.start < low.end && low.end < high.end
}

const UNITS: Record<NumberFact, string> = {
  tokens: 'tokens',
  maxTokens: 'asked output tokens',
  systemLength: 'characters of system prompt',
}

function reportOverlap(earlier: Cut, later: Cut, { report, locate }: ResolveContext): void {
  const from = Math.max(earlier.start, later.start)
  const to = Math.min(earlier.end, later.end) - 1
  const both = `${from === to ? from : `${from} to ${to}`} ${UNITS[later.fact]}`
  report(
    'check/overlapping-rules',
    `the rules ${quote(earlier.id)} and ${quote(later.id)} both are for ${both}`,
    {
      at: later.at,
      label: `${both}: never comes here`,
      secondary: [{ span: locate(earlier.at), text: 'stands first and takes them' }],
      help: 'let the one begin where the other ends',
    },
  )
}
