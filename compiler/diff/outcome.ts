/**
 * What becomes of a request, in a form by which two tables' answers can be compared.
 */
import { decide } from '../../src/table/decide.ts'
import type { RouteDecision } from '../../src/table/decision.ts'
import { onCauses } from '../../src/table/failure-causes.ts'
import type { Facts } from '../../src/table/facts.ts'
import type { RouteTable, Target } from '../../src/table/route-table.ts'
import { describeEdits } from '../explain/describe-edits.ts'
import { refusalOf } from '../simulate/client-error.ts'
import { targetName } from '../simulate/decided-targets.ts'
import { type AbstractRequest, createToFacts } from './abstract-request.ts'

export interface Outcome {
  /** Equal for what is the same to the client and to the backends; names of rules and models do not count. */
  effect: string
  /** Only where it is wanted: most requests are decided alike. */
  describe: () => Description
}

export interface Description {
  /** What decided it, and how: the same for all requests that go this way, wherever the world lets them end. */
  way: string
  /** For people: the way, and where it ends. */
  text: string
  /** The same with all that can differ beside: two with one text and different effects differ in it. */
  detail: string
}

/** @returns abstract request → what the table makes of it */
export function createOutcome(table: RouteTable): (request: AbstractRequest) => Outcome {
  const toFacts = createToFacts(table)
  return (request) => outcomeOf(toFacts(request), table)
}

export function outcomeOf(facts: Facts, table: RouteTable): Outcome {
  const decision = decide(facts, table)
  if (decision.kind === 'refuse') {
    const { status, code, message } = refusalOf(decision, facts)
    return refused(`${status} ${code}`, { rule: decision.rule, message })
  }
  const { edits, redact, pool, fallback, balance } = decision
  // What is alone shares its work with nobody.
  const first =
    pool.length > 1 ? [balance, pool.map(share(decision))] : pool.map(({ target }) => wire(target))
  const sent = [first, fallback.map(({ target, on }) => [wire(target), on])]
  return {
    effect: JSON.stringify([sent, edits, redact.toSorted()]),
    describe: () => describeRoute(decision),
  }
}

function refused(what: string, { rule, message }: { rule: string | null; message: string }): Outcome {
  const way = `${by(rule)}${what}`
  const detail = `${way} ${JSON.stringify(message)}`
  return { effect: JSON.stringify([what, message]), describe: () => ({ way, text: way, detail }) }
}

function by(rule: string | null): string {
  return rule === null ? '' : `${rule} -> `
}

function describeRoute(decision: RouteDecision): Description {
  const { rule, model, edits, redact } = decision
  const beside = [...describeEdits(edits), ...describeRedact(redact)].map((text) => `, ${text}`).join('')
  const withTargets = (name: (target: Target) => string): string =>
    `${by(rule)}${model} [${describeTargets(decision, name)}]${beside}`
  return {
    way: `${by(rule)}${model}${beside}`,
    text: withTargets(targetName),
    detail: withTargets((target) => `${targetName(target)} as ${JSON.stringify(target.id)}`),
  }
}

/** A target as it is reached: where, and under which id. */
function wire(target: Target): [string, string] {
  return [targetName(target), target.id]
}

function share({ balance }: RouteDecision): (entry: RouteDecision['pool'][number]) => unknown {
  return ({ target, weight }) => (balance === 'weighted' ? [wire(target), weight] : wire(target))
}

function describeTargets(
  { pool, fallback, balance }: RouteDecision,
  name: (target: Target) => string,
): string {
  const shares = pool.map(({ target, weight }) =>
    balance === 'weighted' && pool.length > 1 ? `${name(target)} x${weight}` : name(target),
  )
  const first = shares.length > 1 ? `${shares.join(' | ')} ${balance}` : shares.join('')
  return [first, ...fallback.map(({ target, on }) => name(target) + onCauses(on))].filter(Boolean).join(', ')
}

function describeRedact(redact: readonly string[]): string[] {
  return redact.length === 0 ? [] : [`${redact.join(' and ')} redacted`]
}
