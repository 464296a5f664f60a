/**
 * Files of cases → cases that can run, or diagnostics.
 */
import type { TestsFile } from '../config/tests.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { loadTestFile } from '../load/load-test-file.ts'
import type { ResolvedPolicy } from '../resolve/resolved-policy.ts'
import { schemaFaults } from '../validate/schema-faults.ts'
import { testsSchema } from '../validate/tests-schema.ts'
import { checkNames } from './check-names.ts'
import type { TestFile } from './run-tests.ts'

export interface LoadedTests {
  /** Complete only when there are no diagnostics. */
  files: TestFile[]
  diagnostics: Diagnostic[]
  sources: Map<string, string>
}

export async function loadTests(paths: readonly string[], policy: ResolvedPolicy): Promise<LoadedTests> {
  const files: TestFile[] = []
  const diagnostics: Diagnostic[] = []
  const sources = new Map<string, string>()
  for (const path of paths) {
    const loaded = await loadTestFile(path)
    diagnostics.push(...loaded.diagnostics)
    if (loaded.source !== null) sources.set(loaded.path, loaded.source)
    const { file } = loaded
    if (file === null) continue
    const faults = schemaFaults(file, testsSchema)
    diagnostics.push(...faults)
    if (faults.length > 0) continue
    const cases = file.value as TestsFile
    diagnostics.push(...cases.flatMap((testCase, index) => checkNames(testCase, index, { file, policy })))
    files.push({ file, cases })
  }
  return { files, diagnostics, sources }
}
