/** What is charged for clients, models, backends and addresses: made once for a table, used by all its requests. */
import type { Charge } from '../../table/charges.ts'
import { lookup } from '../../table/lookup.ts'
import type { RouteTable } from '../../table/route-table.ts'
import type { Budget, UsageLimits } from '../../table/usage-limits.ts'
import { isFree } from './estimate.ts'

type RateCharge = Extract<Charge, { kind: 'rate' }>
type LeaseCharge = Extract<Charge, { kind: 'lease' }>

/** The limits of one holder; null = no such limit. */
export interface Meters {
  /** One request. */
  requests: RateCharge | null
  /** One token: the amount is the request's. */
  tokens: RateCharge | null
  concurrent: LeaseCharge | null
}

export interface ClientPlan {
  meters: Meters | null
  budgets: readonly { key: string; budget: Budget }[]
  /** The address has limits as well. */
  addresses: boolean
  /** Some target of the table costs nothing. */
  mayBeFree: boolean
}

export interface ChargePlan {
  /** Null = nothing is charged to this client as such. */
  client: (name: string) => ClientPlan | null
  model: (name: string) => Meters | null
  backend: (name: string) => Meters | null
  /** @param network see networkOf() */
  address: (network: string) => Meters | null
  /** Somewhere a request may come to limits that are not those of the place that it was let in for. */
  limitsPlaces: boolean
  /** Some backend refuses to be asked what a stream has used. */
  mayRefuseUsage: boolean
}

/** So many networks are remembered; with more they are forgotten, and made again for those that come. */
const MOST_NETWORKS = 1000

const plans = new WeakMap<RouteTable, ChargePlan>()

export function chargePlan(table: RouteTable): ChargePlan {
  const known = plans.get(table)
  if (known !== undefined) return known
  const { clients, models, backends, limits } = table
  const addresses = limits.perAddress !== null
  const mayBeFree = Object.values(table.targets).some(({ price }) => isFree(price))
  const plan: ChargePlan = {
    client: byName((name) => {
      const client = lookup(clients, name)
      if (client === undefined) return null
      const budgets = client.budgets.map((budget) => ({ key: `client:${name}:usd:${budget.per}`, budget }))
      const meters = metersOf(`client:${name}`, client.limits)
      return meters === null && budgets.length === 0 && !addresses
        ? null
        : { meters, budgets, addresses, mayBeFree }
    }),
    model: byName((name) => {
      const model = lookup(models, name)
      return model?.kind === 'served' ? metersOf(`model:${name}`, model.limits) : null
    }),
    backend: byName((name) => metersOf(`backend:${name}`, lookup(backends, name)?.limits ?? null)),
    address: byName((network) => metersOf(`address:${network}`, limits.perAddress), MOST_NETWORKS),
    limitsPlaces:
      Object.values(backends).some((backend) => backend.limits !== null) ||
      Object.values(models).some(
        (model) => model.kind === 'served' && model.fallback.some(({ of }) => of !== undefined),
      ),
    mayRefuseUsage: Object.values(backends).some(({ streamUsage }) => streamUsage === 'off'),
  }
  plans.set(table, plan)
  return plan
}

function metersOf(holder: string, limits: UsageLimits | null): Meters | null {
  if (limits === null) return null
  const { requests, tokens, concurrent } = limits
  return {
    requests: requests && { kind: 'rate', key: `${holder}:requests`, amount: 1, limit: requests },
    tokens: tokens && { kind: 'rate', key: `${holder}:tokens`, amount: 1, limit: tokens },
    concurrent:
      concurrent === null ? null : { kind: 'lease', key: `${holder}:concurrent`, limit: concurrent },
  }
}

/** Remembers what it made. @param most names of the table are few, so it may be left out */
function byName<T>(make: (name: string) => T, most = Number.POSITIVE_INFINITY): (name: string) => T {
  const made = new Map<string, T>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined || made.has(name)) return known as T
    if (made.size >= most) made.clear()
    const value = make(name)
    made.set(name, value)
    return value
  }
}
