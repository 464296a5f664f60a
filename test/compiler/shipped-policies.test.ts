/** The policies that ship, and the examples: they compile without a word, and their own tests hold every rule. */
import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { compile } from '../../compiler/compile.ts'
import { findTestFiles } from '../../compiler/load/find-test-files.ts'
import { percentCovered } from '../../compiler/policy-test/coverage.ts'
import { loadTests } from '../../compiler/policy-test/load-tests.ts'
import { runTests } from '../../compiler/policy-test/run-tests.ts'

const FOLDERS = ['policies', ...(await readdir('examples')).map((name) => `examples/${name}`)]

describe.each(FOLDERS)('%s', (folder) => {
  it('compiles, and nothing is in it that this version does not carry out, but for OpenCode', async () => {
    const { ok, diagnostics } = await compile({ policies: folder })
    const told = diagnostics.map(({ code, message }) => `${code}: ${message}`)
    expect(told.filter((line) => !/^check\/not-in-force: .*(opencode|`password`)/i.test(line))).toEqual([])
    expect(ok).toBe(true)
  })

  it('passes its own tests, which hold every rule', async () => {
    const compiled = await compile({ policies: folder })
    if (!compiled.ok) throw new Error('does not compile')
    const { files, diagnostics } = await loadTests(await findTestFiles([`${folder}/tests`]), compiled.policy)
    expect(diagnostics).toEqual([])
    const report = runTests(files, { compiled, sources: compiled.sources, only: null, packs: true })
    expect(report.cases.filter(({ passed }) => !passed)).toEqual([])
    expect(report.cases.length).toBeGreaterThan(0)
    expect(percentCovered([...report.rules, ...report.detectors])).toBe(100)
  })
})
