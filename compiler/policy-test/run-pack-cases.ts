/**
 * Runs the cases of packs of detectors on the scanner that requests go through. They show what a pack does by itself:
 * what the policy allows or has switched off is left aside.
 */
import { isDeepStrictEqual } from 'node:util'
import type { RouteTable } from '../../src/table/route-table.ts'
import type { CompiledPolicy } from '../compile.ts'
import type { ResolvedPack } from '../resolve/resolved-policy.ts'
import type { LineOf } from '../simulate/line-of-file.ts'
import { scanText } from '../simulate/scan-text.ts'
import type { CaseResult, TestReport } from './run-tests.ts'

export interface PackRun {
  cases: CaseResult[]
  detectors: TestReport['detectors']
}

export function runPackCases(
  { policy, table }: CompiledPolicy,
  { lineOf, only }: { lineOf: LineOf; only: RegExp | null },
): PackRun {
  const runs = policy.packs.map((pack) => runPack(pack, { table: tableOf(pack, table), lineOf, only }))
  return { cases: runs.flatMap(({ cases }) => cases), detectors: runs.flatMap(({ detectors }) => detectors) }
}

function runPack(
  { id, detectors, cases }: ResolvedPack,
  { table, lineOf, only }: { table: RouteTable; lineOf: LineOf; only: RegExp | null },
): PackRun {
  const found = new Set<string>()
  const results = cases.flatMap(({ text, finds, at }, i): CaseResult[] => {
    const name = `${id}: case ${i + 1} finds ${finds.length === 0 ? 'nothing' : finds.join(', ')}`
    if (only !== null && !only.test(name)) return []
    const got = [...new Set(scanText(text, table).findings.map(({ detector }) => detector))].toSorted()
    const passed = isDeepStrictEqual(got, finds)
    if (passed) for (const detector of got) found.add(detector)
    const mismatches = passed ? [] : [{ field: 'finds' as const, expected: finds, got }]
    return [{ name, at: lineOf(at), passed, mismatches, decidedBy: null }]
  })
  return {
    cases: results,
    detectors: detectors.map(({ pattern, at }) => ({
      name: pattern.id,
      covered: found.has(pattern.id),
      at: lineOf(at),
    })),
  }
}

const NOTHING = { values: [], domains: [], networks: [] }

/** Nothing looks but the pack. */
function tableOf({ detectors }: ResolvedPack, table: RouteTable): RouteTable {
  const { privacy } = table.classify
  const patterns = detectors.map(({ pattern }) => pattern)
  const alone = privacy && { ...privacy, detectors: [], patterns, allow: NOTHING, off: [], atLeast: {} }
  return { ...table, classify: { ...table.classify, privacy: alone } }
}
