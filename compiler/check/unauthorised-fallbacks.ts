/**
 * Fallbacks to models that a client may not ask for: a failure must not open a door that the policy keeps shut.
 * Places that a model names itself, as `backend/model`, are part of it.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { entriesOf, exactly } from './client-reach.ts'

interface Opening {
  /** How the first of the clients gets there. */
  way: string[]
  model: string
  at: Place
  clients: string[]
}

export const unauthorisedFallbacks: Check = {
  name: 'unauthorised-fallbacks',
  onlyIfSound: true,
  run(policy, { report, locate }) {
    const openings = new Map<string, Opening>()
    for (const [name, client] of policy.clients) {
      if (client.models === null) continue
      const granted = entriesOf(policy, client)
      const comesTo = exactly(policy, name)
      for (const entry of granted) {
        for (const { permitted, model, way, rule } of beginnings(entry, granted, policy)) {
          const opened = follow(model, permitted, policy)
          if (opened.length === 0 || (rule && !comesTo(rule.ruleset, rule.index))) continue
          for (const found of opened) {
            const id = JSON.stringify(found.at)
            const opening = openings.get(id) ?? { ...found, way: [name, ...way, ...found.way], clients: [] }
            if (!opening.clients.includes(name)) opening.clients.push(name)
            openings.set(id, opening)
          }
        }
      }
    }
    for (const { way, model, at, clients } of openings.values()) {
      const [first = '', ...others] = clients
      const more =
        others.length === 0
          ? ''
          : `, nor may ${others.length === 1 ? quote(others[0] ?? '') : `${others.length} others`}`
      report(
        'check/unauthorised-fallback',
        `${quote(first)} may not ask for ${quote(model)}${more}, but comes to it when a target fails`,
        {
          at,
          label: 'falls back to it',
          secondary: [
            {
              span: locate({ file: 'clients', path: ['clients', first, 'models'] }),
              text: `${quote(model)} is not among them`,
            },
          ],
          notes: [`the way there: ${way.join(' → ')}`],
          help: `add ${quote(model)} to the ${quote('models')} of ${quote(first)}, or name the fallback's places as ${quote('backend/model')}`,
        },
      )
    }
  },
}

interface Beginning {
  model: string
  way: string[]
  permitted: ReadonlySet<string>
  /** The rule that leads there; null for a model that is asked for by its name. */
  rule: { ruleset: string; index: number } | null
}

/** Where a client comes in by one of its names, and which models it may come to from there. */
function beginnings(
  entry: string,
  granted: ReadonlySet<string>,
  { models, rulesets }: ResolvedPolicy,
): Beginning[] {
  const model = models.get(entry)
  if (model?.kind !== 'ruled') {
    return [{ model: entry, way: [`${entry} (by name)`], permitted: granted, rule: null }]
  }
  const ruleset = model.rules
  const rules = rulesets.get(ruleset)?.rules ?? []
  const destinations = rules.flatMap((rule) => rule.destinations.map(({ model: to }) => to))
  const permitted = new Set([...granted, ...destinations])
  return rules.flatMap(({ rule: { id }, destinations: leads }, index) =>
    leads.map(({ model: to }) => ({
      model: to,
      way: [entry, `rule ${id}`, to],
      permitted,
      rule: { ruleset, index },
    })),
  )
}

/** Fallbacks from a model on to models that are not permitted, each with the way to it. */
function follow(
  start: string,
  permitted: ReadonlySet<string>,
  { models }: ResolvedPolicy,
): Omit<Opening, 'clients'>[] {
  const found: Omit<Opening, 'clients'>[] = []
  const ways = new Map<string, string[]>([[start, []]])
  for (const [name, way] of ways) {
    const model = models.get(name)
    for (const entry of model?.kind === 'served' ? model.fallback : []) {
      if (entry.kind !== 'model') continue
      const longer = [...way, `${entry.model} (fallback)`]
      if (!permitted.has(entry.model)) found.push({ way: longer, model: entry.model, at: entry.at })
      else if (!ways.has(entry.model)) ways.set(entry.model, longer)
    }
  }
  return found
}
