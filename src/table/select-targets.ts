/**
 * Which targets of a model may and can take a request. The label filter stands here and, once more, where
 * bytes leave (`pipeline/forward/send.ts`).
 */
import type { DropReason, FallbackStep, Trace } from './decision.ts'
import { type Facts, wantedCapabilities } from './facts.ts'
import { PLAIN_CAUSES } from './failure-causes.ts'
import { lookup } from './lookup.ts'
import type { Balance, Capability, RouteTable, ServedModel, Target, TargetKey } from './route-table.ts'
import { spokenBy, wireOf } from './wire-of.ts'

export interface Selection {
  pool: { target: Target; weight: number }[]
  fallback: FallbackStep[]
  balance: Balance
  /** Why targets were left out, first of each kind. */
  dropped: { state: boolean; label: boolean; mode: string | null; capability: Capability | null }
}

export interface SelectOptions {
  /** Key of the model, for the trace. */
  name: string
  minZone: number
  forced: boolean
  /** What a wildcard's `*` stood for. */
  rest: string
  trace?: Trace | undefined
}

export function selectTargets(
  facts: Facts,
  table: RouteTable,
  model: ServedModel,
  options: SelectOptions,
): Selection {
  const wanted = wantedCapabilities(facts)
  const dropped: Selection['dropped'] = { state: false, label: false, mode: null, capability: null }
  const asked: Asked = { facts, table, model, options, wanted, dropped }

  let pool: Selection['pool'] = []
  for (const { target: key, weight } of model.pool) {
    const target = admit(key, asked)
    if (target !== undefined) pool.push({ target, weight })
  }
  let fallback: FallbackStep[] = []
  for (const { target: key, on, of } of model.fallback) {
    const target = admit(key, asked)
    if (target !== undefined) fallback.push(of === undefined ? { target, on } : { target, on, of })
  }

  // An estimate is no reason to refuse: a target that looks too small is left out only where another is not.
  const fitting = countFitting(pool, facts) + countFitting(fallback, facts)
  if (fitting > 0 && fitting < pool.length + fallback.length) {
    const keep = ({ target }: { target: Target }): boolean =>
      fits(target, facts) || drop(target, 'context', options) !== undefined
    pool = pool.filter(keep)
    fallback = fallback.filter(keep)
  }

  if (facts.unhealthy.length === 0) return { pool, fallback, balance: model.balance, dropped }
  // What is held to be down comes last, in the order in which it is tried again, but it comes: the news may be old.
  const place = ({ target }: { target: Target }): number =>
    facts.unhealthy.findIndex(
      (held) => held === target.backend || held === `${target.backend}/${target.model}`,
    )
  const up = (entry: { target: Target }): boolean => place(entry) === -1
  const byPlace = (a: { target: Target }, b: { target: Target }): number => place(a) - place(b)
  const ranked = fallback.filter(up)
  const down = pool.filter((entry) => !up(entry)).toSorted(byPlace)
  // Before it come those that stand in for a host that is off, not those that are there for other causes.
  const behind = ranked.findLastIndex(({ on }) => on.includes('connect')) + 1
  ranked.splice(behind, 0, ...down.map(({ target }) => ({ target, on: PLAIN_CAUSES })))
  ranked.push(...fallback.filter((entry) => !up(entry)).toSorted(byPlace))
  return { pool: pool.filter(up), fallback: ranked, balance: model.balance, dropped }
}

interface Asked {
  facts: Facts
  table: RouteTable
  model: ServedModel
  options: SelectOptions
  wanted: readonly Capability[]
  /** Is added to. */
  dropped: Selection['dropped']
}

/** @returns undefined = it may not or cannot take the request */
function admit(key: TargetKey, { facts, table, model, options, wanted, dropped }: Asked): Target | undefined {
  const { minZone, forced, rest } = options
  const target = lookup(table.targets, key)
  if (target === undefined) throw new Error(`the table has no target ${key}`)
  const backend = lookup(table.backends, target.backend)
  if (backend === undefined) throw new Error(`the table has no backend ${target.backend}`)
  const wire = wireOf(spokenBy(target, backend), facts.surface, model.translation)
  // For what it does not speak it is no target at all: its zone and its modes mean nothing then.
  if (wire === null) return drop(target, 'surface', options)
  if (facts.state !== undefined && (wire !== facts.surface || backend.keepsState !== true)) {
    dropped.state = true
    return drop(target, 'state', options)
  }
  if (target.zone < minZone) {
    dropped.label = true
    return drop(target, 'label', options)
  }
  const gate = gatedBy(target, facts, table, forced)
  if (gate !== null) {
    dropped.mode ??= gate
    return drop(target, 'mode', options)
  }
  const { supports } = target
  const lacking = supports === null ? undefined : wanted.find((capability) => !supports.includes(capability))
  if (lacking !== undefined) {
    dropped.capability ??= lacking
    return drop(target, 'capability', options)
  }
  return rest === '' ? target : { ...target, id: target.id.replace('*', () => rest) }
}

function drop(target: Target, why: DropReason, { name, trace }: SelectOptions): undefined {
  trace?.dropped(name, target, why)
  return undefined
}

function countFitting(entries: readonly { target: Target }[], facts: Facts): number {
  let count = 0
  for (const { target } of entries) if (fits(target, facts)) count += 1
  return count
}

function fits({ context }: Target, { tokens }: Facts): boolean {
  return context === null || context >= tokens
}

/** The mode that is on and keeps this request from the target, or null. */
function gatedBy({ mode }: Target, facts: Facts, table: RouteTable, forced: boolean): string | null {
  if (mode === null || !facts.modes.includes(mode)) return null
  return forced && lookup(table.modes, mode)?.whenOn === 'force-only' ? null : mode
}
