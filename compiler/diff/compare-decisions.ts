/**
 * Requests that two tables decide in different ways.
 *
 * There is no end of requests, but of kinds of them there are finitely many: of callers, and of each fact as far as a
 * rule or a target asks about it. Tried are, for each kind of caller, a plain request and one for each rule that it can
 * reach in either table; each of these with any one fact changed; and the plain one with any two changed. That is every
 * rule and each of its bounds, and not every combination of three facts and more.
 */
import type { RouteTable } from '../../src/table/route-table.ts'
import { type AbstractRequest, PLAIN } from './abstract-request.ts'
import { type CallerClass, callerClasses } from './callers.ts'
import { createOutcome } from './outcome.ts'
import { createSeeds } from './seeds.ts'
import { type ChangedDecision, createTally } from './tally.ts'
import { type Variation, type Variations, variationsOf } from './variations.ts'

export interface DecisionDiff {
  changes: ChangedDecision[]
  /** Requests tried. */
  compared: number
  /** Whether the cap left some untried. */
  capped: boolean
}

/** @param cap most requests to try */
export function compareDecisions(before: RouteTable, after: RouteTable, cap: number): DecisionDiff {
  const tables = [before, after]
  const tally = createTally(tables.map(createOutcome))
  const variations = variationsOf(tables)
  const seedsOf = tables.map(createSeeds)
  const subjects = callerClasses(tables).map((caller): Subject => {
    const plain = { ...PLAIN, client: caller.clients[0] ?? '', model: caller.example }
    const seeds = seedsOf.flatMap((seedsOfTable) => seedsOfTable(caller))
    return { caller, plain, seeds, variations, tried: new Set() }
  })
  let compared = 0
  for (const round of ROUNDS) {
    for (const subject of subjects) {
      for (const request of round(subject)) {
        const key = JSON.stringify(request)
        if (subject.tried.has(key)) continue
        if (compared === cap) return { changes: tally.changes(), compared, capped: true }
        subject.tried.add(key)
        compared += 1
        tally.note(subject.caller, request)
      }
    }
  }
  return { changes: tally.changes(), compared, capped: false }
}

interface Subject {
  caller: CallerClass
  plain: AbstractRequest
  /** One for each rule that it can get to; none where no rules are asked. */
  seeds: AbstractRequest[]
  variations: Variations
  tried: Set<string>
}

type Round = (subject: Subject) => Iterable<AbstractRequest>

/** What is least likely to tell something new comes last, for it is what a cap cuts off. */
const ROUNDS: readonly Round[] = [
  ({ plain, seeds }) => [plain, ...seeds],
  (subject) => singles([subject.plain], relevant(subject)),
  ({ seeds, variations }) => singles(seeds, variations.selection),
  ({ seeds, variations }) => singles(seeds, variations.rules),
  (subject) => pairs(subject.plain, relevant(subject)),
]

function relevant({ seeds, variations: { selection, rules } }: Subject): Variation[] {
  return seeds.length === 0 ? selection : [...selection, ...rules]
}

function* singles(
  requests: readonly AbstractRequest[],
  variations: readonly Variation[],
): Generator<AbstractRequest> {
  for (const request of requests) for (const { apply } of variations) yield apply(request)
}

function* pairs(plain: AbstractRequest, variations: readonly Variation[]): Generator<AbstractRequest> {
  for (const [i, first] of variations.entries()) {
    for (const second of variations.slice(i + 1)) {
      if (second.aspect !== first.aspect) yield second.apply(first.apply(plain))
    }
  }
}
