/**
 * Which targets a request was not sent to in their turn, and why: what its decision left out because of modes and of
 * health, then what turned out on the way. Asked at a request's end, and only where something of that kind was.
 */
import type { RouteDecision } from '../../table/decision.ts'
import { servedModel } from '../../table/decide.ts'
import type { Facts } from '../../table/facts.ts'
import { lookup } from '../../table/lookup.ts'
import type { SkippedTarget } from '../../table/request-record.ts'
import type { RouteTable, ServedModel, Target } from '../../table/route-table.ts'
import { selectTargets } from '../../table/select-targets.ts'
import type { Journey } from '../forward/exchange.ts'
import { MOST_SKIPPED } from '../forward/note-skipped.ts'

export interface SkippedOptions {
  table: RouteTable
  facts: Facts
  decision: RouteDecision
  journey: Pick<Journey, 'skipped' | 'target' | 'failures'>
}

/** @returns in the order of the model's targets, at most MOST_SKIPPED */
export function skippedTargets({ table, facts, decision, journey }: SkippedOptions): SkippedTarget[] {
  const { pool, fallback } = decision
  const { target: last } = journey
  const model = servedModel(table, decision.model)
  const answeredByPool = last !== null && pool.some(({ target }) => nameOf(target) === nameOf(last))
  // Fallbacks have no turn as long as the pool answers.
  const turns = answeredByPool ? model.pool : [...model.pool, ...model.fallback]
  const off = turns.flatMap(({ target: key }) => {
    const target = lookup(table.targets, key)
    return target !== undefined && (isDown(target, facts) || isGated(target, facts)) ? [target] : []
  })
  const skipped: SkippedTarget[] = []
  // Most requests have nothing to do with what is off: they pay for the look alone.
  if (off.length > 0) {
    const gated = gatedTargets({ table, facts, decision, model })
    const isBehind = (name: string): boolean =>
      fallback.some(({ target }) => nameOf(target) === name) &&
      !pool.some(({ target }) => nameOf(target) === name)
    for (const target of new Set(off)) {
      const { backend, model: of, mode } = target
      const name = nameOf(target)
      if (mode !== null && gated.has(name)) skipped.push({ backend, model: of, why: 'mode', mode })
      else if (isDown(target, facts) && isBehind(name)) skipped.push({ backend, model: of, why: 'down' })
    }
  }
  // Who was waited for in vain stands among the failures.
  const known = new Set(
    [...skipped, ...(journey.failures ?? []).filter(({ cause }) => cause === 'busy')].map(nameOf),
  )
  skipped.push(...(journey.skipped ?? []).filter((one) => !known.has(nameOf(one))))
  return skipped.slice(0, MOST_SKIPPED)
}

function isDown({ backend, model }: Target, { unhealthy }: Facts): boolean {
  return unhealthy.includes(backend) || unhealthy.includes(`${backend}/${model}`)
}

function isGated({ mode }: Target, { modes }: Facts): boolean {
  return mode !== null && modes.includes(mode)
}

/** The same choice once more, this time with its reasons: what cannot take the request is no matter of modes. */
function gatedTargets({
  table,
  facts,
  decision,
  model,
}: Omit<SkippedOptions, 'journey'> & { model: ServedModel }): Set<string> {
  const gated = new Set<string>()
  if (facts.modes.length === 0) return gated
  const { model: name, minZone, forced } = decision
  selectTargets(facts, table, model, {
    name,
    minZone,
    forced,
    rest: '',
    trace: {
      rule: () => {},
      dropped: (_, target, why) => {
        if (why === 'mode') gated.add(nameOf(target))
      },
    },
  })
  return gated
}

function nameOf({ backend, model }: Pick<Target, 'backend' | 'model'>): string {
  return `${backend}/${model}`
}
