/**
 * Each folder here is a policy and what the compiler makes of it: `expected.stderr`, and `expected.json` when it compiles.
 * After a change that is meant: `npx vitest run test/golden -u`, then read the diff.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../compiler/diagnostics/codes.ts'
import { renderDiagnostics } from '../../compiler/diagnostics/render/render.ts'
import { compileCase, goldenCases } from './compile-case.ts'

const seen = new Set<string>()

describe('golden policies', () => {
  it.each(goldenCases())('%s', async (name) => {
    const result = await compileCase(name)
    for (const { code } of result.diagnostics) seen.add(code)
    const options = { sources: result.sources, color: false, max: 0, format: 'pretty' } as const
    const file = (kind: string): string => join(import.meta.dirname, name, `expected.${kind}`)
    await expect(renderDiagnostics(result.diagnostics, options)).toMatchFileSnapshot(file('stderr'))
    if (result.ok) await expect(`${JSON.stringify(result.table, null, 2)}\n`).toMatchFileSnapshot(file('json'))
    else expect(existsSync(file('json')), 'a table is expected, but there are errors').toBe(false)
  })

  it('has a case for every diagnostic', () => {
    expect(Object.keys(CODES).filter((code) => !seen.has(code))).toEqual([])
  })
})
