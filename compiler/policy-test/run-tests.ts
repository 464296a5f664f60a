/**
 * Runs the cases of all files against one compiled policy.
 */
import type { CompiledPolicy } from '../compile.ts'
import type { TestCaseConfig } from '../config/tests.ts'
import { positionOf, type Sources } from '../diagnostics/span.ts'
import type { LoadedFile } from '../load/loaded-policy.ts'
import { locate } from '../load/locate.ts'
import { decidedBy } from '../simulate/decided-by.ts'
import { createLineOf, type LineOfFile } from '../simulate/line-of-file.ts'
import type { Mismatch } from './compare.ts'
import { coverage, type CoveredRule } from './coverage.ts'
import { runCase } from './run-case.ts'
import { runPackCases } from './run-pack-cases.ts'

/** A valid file of cases. */
export interface TestFile {
  file: LoadedFile
  cases: readonly TestCaseConfig[]
}

export interface CaseResult {
  name: string
  at: LineOfFile
  passed: boolean
  mismatches: Mismatch[]
  /** Who settled it: a rule, or the model that was asked for. Null when there is no such model. */
  decidedBy: { what: string; at: LineOfFile } | null
}

export interface TestReport {
  cases: CaseResult[]
  /** Cases that `only` left out. */
  skipped: number
  rules: (Omit<CoveredRule, 'rule'> & { at: LineOfFile })[]
  /** Detectors of packs; covered by a case of their pack that finds something. Empty where packs were not run. */
  detectors: { name: string; covered: boolean; at: LineOfFile }[]
}

export interface RunTestsOptions {
  compiled: CompiledPolicy
  /** Texts of the policy's files. */
  sources: Sources
  /** Names of cases to run; all when null. */
  only: RegExp | null
  /** Whether the cases of packs of detectors run too. */
  packs: boolean
}

export function runTests(files: readonly TestFile[], options: RunTestsOptions): TestReport {
  const { compiled, sources, only, packs } = options
  const { policy } = compiled
  const lineOf = createLineOf(policy, sources)
  const all = files.flatMap(({ file, cases }) => cases.map((testCase, index) => ({ file, testCase, index })))
  const chosen = all.filter(({ testCase }) => only === null || only.test(testCase.name))
  const runs = chosen.map(({ file, testCase, index }) => {
    const { mismatches, simulation } = runCase(testCase, compiled)
    const decider = decidedBy(simulation, compiled)
    const start = locate(file, [index], 'value').span.start
    const result: CaseResult = {
      name: testCase.name,
      at: { file: file.path, line: positionOf(file.text, start).line },
      passed: mismatches.length === 0,
      mismatches,
      decidedBy: decider && { what: decider.what, at: lineOf(decider.at) },
    }
    return { result, simulation }
  })
  const rules = coverage(
    runs.map(({ simulation }) => simulation),
    policy,
  )
  const ofPacks = packs ? runPackCases(compiled, { lineOf, only }) : { cases: [], detectors: [] }
  const packCases = packs ? policy.packs.reduce((sum, pack) => sum + pack.cases.length, 0) : 0
  return {
    cases: [...runs.map(({ result }) => result), ...ofPacks.cases],
    skipped: all.length - chosen.length + packCases - ofPacks.cases.length,
    detectors: ofPacks.detectors,
    rules: rules.map(({ name, covered, rule }) => ({ name, covered, at: lineOf(rule.at) })),
  }
}
