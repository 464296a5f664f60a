/**
 * Limits and budgets that others always reach first: those of what must be passed on the way there, or of what lies
 * behind. Where many share one, what all of them let through together counts.
 */
import { quote } from '../diagnostics/quote.ts'
import type { Place } from '../load/loaded-policy.ts'
import type { ResolveContext } from '../resolve/resolve-context.ts'
import type {
  ResolvedBudget,
  ResolvedClient,
  ResolvedPolicy,
  ResolvedUsageLimits,
} from '../resolve/resolved-policy.ts'
import type { Check } from './check-context.ts'
import { clientReach } from './client-reach.ts'
import { formatDuration } from './format-duration.ts'
import { targetsOf } from './targets-of.ts'

const KINDS = ['requests', 'tokens', 'concurrent'] as const
type Kind = (typeof KINDS)[number]

/** A limit, and all limits that requests under it meet as well: of one kind in each group, one per request. */
interface Case {
  /** Whose it is, in words. */
  whose: string
  limits: ResolvedUsageLimits
  others: { limits: readonly ResolvedUsageLimits[]; what: string }[]
}

export const limitsNeverBinding: Check = {
  name: 'limits-never-binding',
  run(policy, context) {
    reportUnusedDefaults(policy, context)
    for (const [name, { budgets }] of policy.clients) reportBudgets(name, budgets, context)
    for (const one of casesOf(policy)) for (const kind of KINDS) reportUnbound(one, kind, context)
  },
}

function casesOf(policy: ResolvedPolicy): Case[] {
  const { clients, models, backends, usage, perAddress } = policy
  const served = new Map(
    [...models].flatMap(([name, model]) => (model.kind === 'served' ? [[name, model]] : [])),
  )
  const isLimited = ({ limits }: { limits: ResolvedUsageLimits }): boolean =>
    KINDS.some((kind) => limits[kind] !== null)
  const effective = ({ limits }: ResolvedClient): ResolvedUsageLimits => ({
    requests: limits.requests ?? usage.requests,
    tokens: limits.tokens ?? usage.tokens,
    concurrent: limits.concurrent ?? usage.concurrent,
  })
  const all = Array.from(clients.values(), effective)
  const cases: Case[] = [
    { whose: 'of each address', limits: perAddress, others: [{ limits: all, what: 'all clients' }] },
  ]
  // Who can come where is work to find out: only where it is asked.
  const limitedModels = [...served.values()].some(isLimited)
  const reach = new Map(
    Array.from(clients.keys(), (name) => [
      name,
      limitedModels ? [...clientReach(policy, name).keys()].filter((model) => served.has(model)) : [],
    ]),
  )
  for (const [name, client] of clients) {
    const behind = (reach.get(name) ?? []).map((model) => limitsOf(served.get(model)))
    if (!limitedModels) continue
    const others = [{ limits: behind, what: 'the models that it can come to' }]
    cases.push({ whose: `of ${quote(name)}`, limits: client.limits, others })
  }
  const backendsOf = (model: string): string[] => {
    const found = served.get(model)
    return found === undefined
      ? []
      : targetsOf(found, policy).map(({ name }) => name.slice(0, name.indexOf('/')))
  }
  for (const [name, model] of served) {
    if (!isLimited(model)) continue
    const callers = [...clients].filter(([client]) => reach.get(client)?.includes(name))
    const behind = [...new Set(backendsOf(name))].map((backend) => limitsOf(backends.get(backend)))
    cases.push({
      whose: `of the model ${quote(name)}`,
      limits: model.limits,
      others: [
        { limits: callers.map(([, client]) => effective(client)), what: 'the clients that can come to it' },
        { limits: behind, what: 'the backends behind it' },
      ],
    })
  }
  for (const [name, backend] of backends) {
    if (!isLimited(backend)) continue
    const callers = [...served].filter(([model]) => backendsOf(model).includes(name))
    const others = [{ limits: callers.map(([, { limits }]) => limits), what: 'the models that lead to it' }]
    cases.push({ whose: `of the backend ${quote(name)}`, limits: backend.limits, others })
  }
  return cases
}

function limitsOf(limited: { limits: ResolvedUsageLimits } | undefined): ResolvedUsageLimits {
  return limited?.limits ?? { requests: null, tokens: null, concurrent: null }
}

/** What a limit lets through at once, and from then on per millisecond. */
interface Flow {
  burst: number
  rate: number
  /** In words. */
  text: string
  at: Place | null
}

function flowOf(limits: ResolvedUsageLimits, kind: Kind): Flow | null {
  if (kind === 'concurrent') {
    const limit = limits.concurrent
    return limit && { burst: limit.value, rate: 0, text: `${limit.value} at once`, at: limit.at }
  }
  const limit = limits[kind]
  if (limit === null) return null
  const { count, windowMs } = limit.value
  return {
    burst: count,
    rate: count / windowMs,
    text: `${count} in ${formatDuration(windowMs)}`,
    at: limit.at,
  }
}

/** Null where one of them lets everything through, or there is none. */
function sumOf(limits: readonly ResolvedUsageLimits[], kind: Kind): Flow | null {
  const flows = limits.map((one) => flowOf(one, kind))
  const [first] = flows
  if (!first || flows.includes(null)) return null
  const sum = (part: 'burst' | 'rate'): number =>
    flows.reduce((total, flow) => total + (flow?.[part] ?? 0), 0)
  const text = flows.length === 1 ? first.text : flows.map((flow) => flow?.text).join(' + ')
  return { burst: sum('burst'), rate: sum('rate'), text, at: first.at }
}

function reportUnbound(
  { whose, limits, others }: Case,
  kind: Kind,
  { report, locate }: ResolveContext,
): void {
  const own = flowOf(limits, kind)
  if (!own?.at) return
  for (const { limits: met, what } of others) {
    const sum = sumOf(met, kind)
    if (sum === null || sum.burst > own.burst || sum.rate > own.rate) continue
    if (sum.burst === own.burst && sum.rate === own.rate) continue
    report('check/limit-never-binds', `the ${quote(kind)} limit ${whose} can never bind`, {
      at: own.at,
      label: own.text,
      ...(sum.at === null
        ? {}
        : { secondary: [{ span: locate(sum.at), text: `${what} let through ${sum.text}` }] }),
      help: 'make it smaller, or leave it out',
    })
    return
  }
}

/** `limits` of the policy are for clients that have none of their own. */
function reportUnusedDefaults({ clients, usage }: ResolvedPolicy, { report }: ResolveContext): void {
  for (const kind of KINDS) {
    const limit = usage[kind]
    if (!limit?.at || clients.size === 0) continue
    if ([...clients.values()].some(({ limits }) => limits[kind] === null)) continue
    report('check/limit-never-binds', `the ${quote(kind)} limit for each client can never bind`, {
      at: limit.at,
      label: 'all clients have one of their own',
      help: 'leave it out here, or there',
    })
  }
}

const LONGEST_MONTH = 31

function reportBudgets(
  name: string,
  budgets: readonly ResolvedBudget[],
  { report, locate }: ResolveContext,
): void {
  const day = budgets.find(({ per }) => per === 'day')
  const month = budgets.find(({ per }) => per === 'month')
  if (day === undefined || month === undefined) return
  const idle = day.usd >= month.usd ? day : month.usd >= day.usd * LONGEST_MONTH ? month : null
  if (idle === null) return
  const other = idle === day ? month : day
  report('check/limit-never-binds', `the budget of ${quote(name)} for a ${idle.per} can never bind`, {
    at: idle.at,
    label: `${idle.usd} USD`,
    secondary: [{ span: locate(other.at), text: `${other.usd} USD for a ${other.per}` }],
    help: `a day wants less than the month, and the month less than ${LONGEST_MONTH} days`,
  })
}
