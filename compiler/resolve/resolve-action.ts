/**
 * How a rule ends: routes, splits, blocks, or lets the rules after it decide.
 */
import type { Action } from '../../src/table/route-table.ts'
import type { RuleConfig } from '../config/rules.ts'
import { quote, quoteList } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import { DEFAULTS } from './defaults.ts'
import { within } from './place.ts'
import { resolveDestination } from './resolve-destination.ts'
import type { ResolvedRule } from './resolved-policy.ts'
import type { Scope } from './scope.ts'

const ENDS = ['to', 'split', 'block'] as const
const MODIFIERS = ['redact', 'addTags', 'set', 'clamp'] as const

export interface ResolvedAction {
  action: Action
  destinations: ResolvedRule['destinations']
}

export function resolveAction(config: RuleConfig, at: Place, scope: Scope): ResolvedAction {
  checkCombination(config, at, scope)
  const { to, split, block, force = false } = config
  const destinations: ResolvedRule['destinations'] = []
  const lead = (name: string, place: Place): string => {
    const model = resolveDestination(name, place, scope)
    if (model !== undefined) destinations.push({ model, at: place })
    return model ?? name
  }
  if (to !== undefined) {
    return { action: { kind: 'route', to: lead(to, within(at, 'to')), force }, destinations }
  }
  if (split !== undefined) {
    const arms = split.map((arm, i) => ({
      to: lead(arm.to, within(at, 'split', i, 'to')),
      weight: arm.weight,
    }))
    return { action: { kind: 'split', arms, force }, destinations }
  }
  if (block !== undefined) {
    const { status = DEFAULTS.blockStatus, message } = block
    return { action: { kind: 'block', status, message }, destinations }
  }
  return { action: { kind: 'continue' }, destinations }
}

/** What stands side by side must make sense together: nothing of it may be without effect. */
function checkCombination(config: RuleConfig, at: Place, { report, locate }: Scope): void {
  const ends = ENDS.filter((key) => config[key] !== undefined)
  const changes = MODIFIERS.filter((key) => config[key] !== undefined)
  const [end, other] = ends
  const rule = `the rule ${quote(config.id)}`
  if (end === undefined && changes.length === 0) {
    report('resolve/rule-action', `${rule} does nothing`, {
      at: within(at, 'id'),
      help: `say where it leads with ${quoteList(ENDS)}, or what it changes with ${quoteList(MODIFIERS)}`,
    })
  }
  if (end !== undefined && other !== undefined) {
    report('resolve/rule-action', `${rule} ends in two ways: ${quoteList(ends)}`, {
      at: within(at, other),
      prefer: 'key',
      secondary: [{ span: locate(within(at, end), 'key'), text: 'the other one' }],
      help: 'keep one of them',
    })
  }
  if (config.force === true && config.to === undefined && config.split === undefined) {
    report('resolve/rule-action', `${rule} forces, but leads nowhere`, {
      at: within(at, 'force'),
      prefer: 'key',
      label: 'has no effect',
      help: `${quote('force')} belongs to ${quote('to')} or ${quote('split')}`,
    })
  }
  const idle = changes.find((key) => key !== 'addTags')
  if (end === 'block' && idle !== undefined) {
    report('resolve/rule-action', `${rule} changes a request that it refuses`, {
      at: within(at, idle),
      prefer: 'key',
      label: 'has no effect',
      secondary: [{ span: locate(within(at, 'block'), 'key'), text: 'nothing leaves after this' }],
      help: `remove ${quote(idle)}, or let another rule do it`,
    })
  }
}
