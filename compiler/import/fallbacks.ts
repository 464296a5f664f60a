/**
 * Fallbacks of a LiteLLM configuration → `fallback` lists. There they may go round in circles; here they may not, so an
 * entry that would close a circle is written as the places that it stands for.
 */
import type { FallbackConfig } from '../config/policy.ts'
import { left, note, type Finding } from './finding.ts'
import { isMapping, type Source, type SourcePath } from './source.ts'

export type FallbackEntry = string | FallbackConfig

/** Lists of LiteLLM, and by which causes their entries are tried; null = by all but a refusal for safety. */
const LISTS: readonly (readonly [name: string, on: FallbackConfig['on'] | null])[] = [
  // Those for a cause of their own first: they are asked before the general ones.
  ['context_window_fallbacks', ['context']],
  ['content_policy_fallbacks', ['content-filter']],
  ['fallbacks', null],
]

export interface FallbackContext {
  source: Source
  findings: Finding[]
  /** Served models → their targets. */
  pools: ReadonlyMap<string, readonly string[]>
  aliases: ReadonlyMap<string, string>
}

/** @returns model → entries of its `fallback`, in order */
export function readFallbacks(context: FallbackContext): Map<string, FallbackEntry[]> {
  const chosen = new Map<string, FallbackEntry[]>()
  for (const [list, on] of LISTS) readList(list, on, { ...context, chosen })
  return chosen
}

type Choosing = FallbackContext & { chosen: Map<string, FallbackEntry[]> }

function readList(list: string, on: FallbackConfig['on'] | null, context: Choosing): void {
  const { source, pools } = context
  const own = new Set<string>()
  const rest: { names: string[]; at: SourcePath }[] = []
  for (const section of ['router_settings', 'litellm_settings']) {
    const at = [section, list]
    const entries = source.peek(at)
    for (const [i, entry] of Array.isArray(entries) ? entries.entries() : []) {
      if (!isMapping(entry)) continue
      for (const model of Object.keys(entry)) {
        const names = takeNames([...at, i, model], context)
        if (model === '*') rest.push({ names, at: [...at, i, model] })
        else add({ model, names, on, at: [...at, i, model] }, own, context)
      }
    }
    const defaults = [section, 'default_fallbacks']
    if (on === null && Array.isArray(source.peek(defaults))) {
      rest.push({ names: takeNames(defaults, context), at: defaults })
    }
  }
  // The general ones are for models without any of their own.
  const written = new Set(own)
  for (const { names, at } of rest) {
    for (const model of pools.keys()) {
      if (written.has(model)) continue
      add({ model, names: names.filter((name) => name !== model), on, at }, own, context)
    }
  }
}

function takeNames(at: SourcePath, { source, findings }: FallbackContext): string[] {
  const list = source.take(at)
  if (!Array.isArray(list)) {
    findings.push(left(at, list, 'it is no list of models'))
    return []
  }
  return list.filter((name, i): name is string => {
    if (typeof name === 'string') return true
    findings.push(
      left([...at, i], name, 'a fallback is a model; what is sent along cannot be changed for it'),
    )
    return false
  })
}

interface Edge {
  model: string
  names: readonly string[]
  on: FallbackConfig['on'] | null
  at: SourcePath
}

/** @param own takes the model if anything of it could be taken */
function add({ model, names, on, at }: Edge, own: Set<string>, context: Choosing): void {
  const { findings, pools, chosen } = context
  const entryFor = (to: string): FallbackEntry => (on === null ? to : { to, on })
  const from = resolveAlias(model, context)
  if (!pools.has(from)) {
    findings.push(left(at, [...names], `there is no model \`${model}\` that is served`))
    return
  }
  for (const name of names) {
    const to = resolveAlias(name, context)
    const pool = pools.get(to)
    const list = chosen.get(from) ?? []
    if (pool === undefined || to.endsWith('*') || to === from) {
      findings.push(
        left(
          at,
          name,
          to === from ? 'a model cannot fall back to itself' : `\`${name}\` cannot be fallen back to`,
        ),
      )
      continue
    }
    if (leadsTo(to, from, chosen)) {
      findings.push(
        note(
          at,
          `\`${to}\` falls back to \`${from}\` already: its targets are written out, to go in no circle`,
        ),
      )
      list.push(...pool.filter((target) => !target.endsWith('/*')).map(entryFor))
    } else list.push(entryFor(to))
    own.add(from)
    chosen.set(from, withoutDoubles(list))
  }
}

function resolveAlias(name: string, { aliases, pools }: FallbackContext): string {
  return pools.has(name) ? name : (aliases.get(name) ?? name)
}

/** Whether fallbacks lead from one model to another, itself included. */
function leadsTo(from: string, to: string, chosen: ReadonlyMap<string, readonly FallbackEntry[]>): boolean {
  return reachableFrom(from, chosen).has(to)
}

/** The model, and all that is tried after it. */
export function reachableFrom(
  model: string,
  fallbacks: ReadonlyMap<string, readonly FallbackEntry[]>,
): Set<string> {
  // A set that grows while it is walked: each name is followed once.
  const reached = new Set([model])
  for (const name of reached) {
    for (const next of fallbacks.get(name) ?? []) reached.add(typeof next === 'string' ? next : next.to)
  }
  return reached
}

function withoutDoubles(entries: readonly FallbackEntry[]): FallbackEntry[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()]
}
