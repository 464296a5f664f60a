/**
 * Which targets a request was not sent to in their turn, and why: what its decision left out because of modes and of
 * health, then what turned out on the way. Asked at a request's end, and only where something of that kind was.
 */
import type { RouteDecision } from '../../table/decision.ts'
import { servedModel } from '../../table/decide.ts'
import type { Facts } from '../../table/facts.ts'
import { lookup } from '../../table/lookup.ts'
import type { SkippedTarget } from '../../table/request-record.ts'
import type { RouteTable, Target } from '../../table/route-table.ts'
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
  const { pool, fallback, minZone, forced } = decision
  const model = servedModel(table, decision.model)
  const gated = new Set<string>()
  if (facts.modes.length > 0) {
    // The same choice once more, this time with its reasons.
    selectTargets(facts, table, model, {
      name: decision.model,
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
  }
  const behind = new Set(fallback.map(({ target }) => nameOf(target)))
  const inPool = new Set(pool.map(({ target }) => nameOf(target)))
  const isDown = (name: string, backend: string): boolean =>
    !inPool.has(name) &&
    behind.has(name) &&
    (facts.unhealthy.includes(name) || facts.unhealthy.includes(backend))

  const { target: last } = journey
  const answeredByPool = last !== null && inPool.has(nameOf(last))
  // Fallbacks have no turn as long as the pool answers.
  const keys = [...model.pool, ...(answeredByPool ? [] : model.fallback)].map(({ target }) => target)
  const skipped: SkippedTarget[] = []
  for (const key of new Set(keys)) {
    const target = lookup(table.targets, key)
    if (target === undefined) continue
    const { backend, model: of, mode } = target
    const name = nameOf(target)
    if (mode !== null && gated.has(name)) skipped.push({ backend, model: of, why: 'mode', mode })
    else if (isDown(name, backend)) skipped.push({ backend, model: of, why: 'down' })
  }
  // Who was waited for in vain stands among the failures.
  const known = new Set(
    [...skipped, ...(journey.failures ?? []).filter(({ cause }) => cause === 'busy')].map(nameOf),
  )
  skipped.push(...(journey.skipped ?? []).filter((one) => !known.has(nameOf(one))))
  return skipped.slice(0, MOST_SKIPPED)
}

function nameOf({ backend, model }: Pick<Target, 'backend' | 'model'>): string {
  return `${backend}/${model}`
}
