/**
 * Fallbacks of a LiteLLM configuration → `fallback` lists. There they may go round in circles; here they may not, so an
 * entry that would close a circle is written as the places that it stands for.
 */
import { left, note, type Finding } from './finding.ts'
import { isMapping, type Source, type SourcePath } from './source.ts'

export interface FallbackContext {
  source: Source
  findings: Finding[]
  /** Served models → their targets. */
  pools: ReadonlyMap<string, readonly string[]>
  aliases: ReadonlyMap<string, string>
}

/** @returns model → entries of its `fallback`, in order */
export function readFallbacks(context: FallbackContext): Map<string, string[]> {
  const { source, pools } = context
  const chosen = new Map<string, string[]>()
  const rest: { names: string[]; at: SourcePath }[] = []
  for (const section of ['router_settings', 'litellm_settings']) {
    const at = [section, 'fallbacks']
    const lists = source.peek(at)
    if (Array.isArray(lists)) {
      for (const [i, entry] of lists.entries()) {
        if (!isMapping(entry)) continue
        for (const model of Object.keys(entry)) {
          const names = takeNames([...at, i, model], context)
          if (model === '*') rest.push({ names, at: [...at, i, model] })
          else add({ model, names, at: [...at, i, model] }, chosen, context)
        }
      }
    }
    const defaults = [section, 'default_fallbacks']
    if (Array.isArray(source.peek(defaults))) rest.push({ names: takeNames(defaults, context), at: defaults })
  }
  // The general ones are for models without any of their own.
  const own = new Set(chosen.keys())
  for (const { names, at } of rest) {
    for (const model of pools.keys()) {
      if (!own.has(model)) add({ model, names: names.filter((name) => name !== model), at }, chosen, context)
    }
  }
  return chosen
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
  at: SourcePath
}

function add({ model, names, at }: Edge, chosen: Map<string, string[]>, context: FallbackContext): void {
  const { findings, pools } = context
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
      list.push(...pool)
    } else list.push(to)
    chosen.set(from, [...new Set(list)])
  }
}

function resolveAlias(name: string, { aliases, pools }: FallbackContext): string {
  return pools.has(name) ? name : (aliases.get(name) ?? name)
}

/** Whether fallbacks lead from one model to another, itself included. */
function leadsTo(from: string, to: string, chosen: ReadonlyMap<string, readonly string[]>): boolean {
  return reachableFrom(from, chosen).has(to)
}

/** The model, and all that is tried after it. */
export function reachableFrom(model: string, fallbacks: ReadonlyMap<string, readonly string[]>): Set<string> {
  // A set that grows while it is walked: each name is followed once.
  const reached = new Set([model])
  for (const name of reached) for (const next of fallbacks.get(name) ?? []) reached.add(next)
  return reached
}
