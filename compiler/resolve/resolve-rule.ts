/**
 * One rule: its condition, what it changes, and how it ends.
 */
import type { Rule } from '../../src/table/route-table.ts'
import type { BoundsConfig, RuleConfig } from '../config/rules.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { eachOf, within } from './place.ts'
import { resolveAction } from './resolve-action.ts'
import { resolveCondition } from './resolve-condition.ts'
import type { ResolvedRule } from './resolved-policy.ts'
import type { Scope } from './scope.ts'
import { isKnown } from './unknown-name.ts'

export function resolveRule(config: RuleConfig, at: Place, scope: Scope): ResolvedRule {
  const { id, when, addTags = [], set = {} } = config
  const condition = when === undefined ? null : resolveCondition(when, within(at, 'when'), scope)
  const { action, destinations } = resolveAction(config, at, scope)
  const rule: Rule = {
    id,
    when: condition?.predicate ?? null,
    addTags: [...addTags],
    set: { ...set },
    clamp: resolveClamp(config, within(at, 'clamp'), scope),
    redact: resolveRedact(config, within(at, 'redact'), scope),
    action,
  }
  return { rule, when: condition, destinations, at }
}

function resolveRedact({ redact }: RuleConfig, at: Place, scope: Scope): Rule['redact'] {
  if (redact === undefined) return null
  const detectors = eachOf(redact.detectors, within(at, 'detectors'))
    .filter((entry) => isKnown('detector', entry.value, entry.at, scope))
    .map(({ value }) => value)
  const { relabel } = redact
  if (relabel === undefined) return { detectors, relabel: null }
  if (relabel !== 'none') isKnown('label', relabel, within(at, 'relabel'), scope)
  return { detectors, relabel: { to: relabel === 'none' ? null : relabel } }
}

/** Parameters that count something: half a token is none. */
const COUNTS: ReadonlySet<string> = new Set(['max_tokens', 'top_k'])

function resolveClamp({ clamp = {} }: RuleConfig, at: Place, scope: Scope): Rule['clamp'] {
  const entries = Object.entries(clamp as Record<string, BoundsConfig>)
  return Object.fromEntries(
    entries.map(([parameter, bounds]) => {
      checkBounds(parameter, bounds, within(at, parameter), scope)
      return [parameter, { min: bounds.min ?? null, max: bounds.max ?? null }]
    }),
  )
}

function checkBounds(parameter: string, bounds: BoundsConfig, at: Place, { report }: Scope): void {
  const { min, max } = bounds
  for (const key of ['min', 'max'] as const) {
    const bound = bounds[key]
    if (bound === undefined || !COUNTS.has(parameter) || (Number.isInteger(bound) && bound >= 1)) continue
    report('resolve/out-of-range', `${quote(key)} of ${quote(parameter)} cannot be ${quote(String(bound))}`, {
      at: within(at, key),
      label: 'must be a whole number from 1',
    })
  }
  if (min === undefined || max === undefined || min <= max) return
  report('resolve/empty-range', `no number is at least ${min} and at most ${max}`, {
    at,
    help: `${quote('min')} must not be more than ${quote('max')}`,
  })
}
