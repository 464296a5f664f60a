/**
 * Names that stand for two things, where only one of them could ever be meant.
 */
import { FIND_KINDS } from '../../src/table/find-kinds.ts'
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { within } from '../resolve/place.ts'
import type { Check } from './check-context.ts'

export const duplicateNames: Check = {
  name: 'duplicate-names',
  run(policy, context) {
    modelsAndAliases(policy, context)
    ruleIds(policy, context)
    patternIds(policy, context)
    zones(policy, context)
    sinks(policy, context)
  },
}

function modelsAndAliases({ aliases, models, locate }: ResolvedPolicy, { report }: ResolveContext): void {
  for (const [name, at] of aliases) {
    const model = models.get(name)
    if (!model) continue
    report('check/duplicate-name', `${quote(name)} is both a model and an alias`, {
      at,
      prefer: 'key',
      label: 'the alias',
      secondary: [{ span: locate(model.at, 'key'), text: 'the model' }],
      help: 'rename or remove one of them',
    })
  }
}

/** Logs, headers and tests name a rule by its id. */
function ruleIds({ rulesets }: ResolvedPolicy, context: ResolveContext): void {
  for (const [ruleset, { rules }] of rulesets) {
    const ids = rules.map(({ rule, at }) => ({ name: rule.id, at: within(at, 'id') }))
    repeated(ids, `rule in ${quote(ruleset)}`, context)
  }
}

/** `redact` takes away labels by what put them on. */
function patternIds({ patternIds: ids }: ResolvedPolicy, context: ResolveContext): void {
  repeated(ids, 'pattern', context)
  for (const { name, at } of ids) {
    const detector = Object.entries(FIND_KINDS).find(([, kinds]) => Object.hasOwn(kinds, name))?.[0]
    if (detector === undefined) continue
    context.report(
      'check/duplicate-name',
      `${quote(name)} is also what ${quote(detector)} calls one of its finds`,
      {
        at,
        help: 'rename it',
      },
    )
  }
}

/** A zone that stands twice would be both less and more trusted than those between. */
function zones({ zones: names }: ResolvedPolicy, context: ResolveContext): void {
  const at: Place = { file: 'policy', path: ['zones'] }
  repeated(
    names.map((name, i) => ({ name, at: within(at, i) })),
    'zone',
    context,
  )
}

/** What waits, and how it stands with it, is told by the kind of the sink. */
function sinks({ sinks: { trace } }: ResolvedPolicy, context: ResolveContext): void {
  const kinds = trace.map(({ policy: { kind }, at }) => ({ name: kind, at: within(at, 'sink') }))
  repeated(kinds, 'trace sink', context, 'there may be one of each kind: remove one of them')
}

function repeated(
  ids: readonly { name: string; at: Place }[],
  what: string,
  { report, locate }: ResolveContext,
  help = 'rename one of them',
): void {
  const seen = new Map<string, Place>()
  for (const { name, at } of ids) {
    const first = seen.get(name)
    if (first === undefined) {
      seen.set(name, at)
      continue
    }
    report('check/duplicate-name', `${quote(name)} is the name of more than one ${what}`, {
      at,
      secondary: [{ span: locate(first), text: 'first given here' }],
      help,
    })
  }
}
