/** The route stage: decide(), and the refusal in words when it says no. */
import { decide } from '../../table/decide.ts'
import type { RouteDecision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import type { RouteTable } from '../../table/route-table.ts'
import { refusal } from './refusal.ts'

/** @throws GatewayError for every refusal */
export function route(table: RouteTable, facts: Facts): RouteDecision {
  const decision = decide(facts, table)
  if (decision.kind === 'refuse') throw refusal(decision, facts)
  return decision
}
