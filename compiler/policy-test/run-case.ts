/**
 * Runs one case of a policy test: builds its request, has it judged, compares what is expected.
 */
import type { CompiledPolicy } from '../compile.ts'
import type { TestCaseConfig } from '../config/tests.ts'
import { simulate, type Simulation } from '../simulate/simulate.ts'
import { toRequest } from '../simulate/to-request.ts'
import { parseWeekTime } from '../simulate/world.ts'
import { compare, type Mismatch } from './compare.ts'
import { outcomeOf } from './outcome-of.ts'

export interface CaseRun {
  /** Empty = passed. */
  mismatches: Mismatch[]
  simulation: Simulation
}

/** Cases must not depend on when they run. */
const DEFAULT_TIME = 'mon 12:00'

export function runCase(testCase: TestCaseConfig, { table, policy }: CompiledPolicy): CaseRun {
  const { request, given = {}, expect } = testCase
  // The policy knows the order in which clients are written; the table sorts them.
  const client = request.client ?? policy.clients.keys().next().value ?? ''
  const world = {
    modes: given.modes ?? [],
    down: given.down ?? [],
    minuteOfWeek: parseWeekTime(given.time ?? DEFAULT_TIME),
    classifier: given.classifier ?? null,
  }
  const simulation = simulate(toRequest({ ...request, client }, table), world, table)
  return { mismatches: compare(expect, outcomeOf(simulation, table), table), simulation }
}
