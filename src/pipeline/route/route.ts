/**
 * The route stage: decide(), and a second opinion on how hard the request is where the policy names a model for that
 * and the answer matters.
 */
import { decide } from '../../table/decide.ts'
import type { Decision } from '../../table/decision.ts'
import type { Facts } from '../../table/facts.ts'
import type { Complexity } from '../../table/predicate.ts'
import type { RouteTable } from '../../table/route-table.ts'

/** @returns null when the model could not or must not be asked, or said nothing of use */
export type AskComplexity = () => Promise<Complexity | null>

const CLASSES: readonly Complexity[] = ['simple', 'medium', 'complex']

/** What the model says goes into `facts.complexity`. */
export async function route(facts: Facts, table: RouteTable, ask: AskComplexity): Promise<Decision> {
  const decision = decide(facts, table)
  if (!complexityMatters(facts, table, decision)) return decision
  const complexity = await ask()
  if (complexity === null || complexity === facts.complexity) return decision
  facts.complexity = complexity
  return decide(facts, table)
}

/** A call to a model costs more than deciding for each class what would come out. */
function complexityMatters(facts: Facts, table: RouteTable, decision: Decision): boolean {
  const { needs, classify } = table
  if (classify.complexity.classifier === null || !needs.complexity || decision.rule === null) return false
  const outcome = JSON.stringify(decision)
  return CLASSES.some((complexity) => JSON.stringify(decide({ ...facts, complexity }, table)) !== outcome)
}
