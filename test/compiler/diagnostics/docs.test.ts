import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODES, docsOf, type DiagnosticCode } from '../../../compiler/diagnostics/codes.ts'

const ROOT = join(import.meta.dirname, '../../..')
const codes = Object.keys(CODES) as DiagnosticCode[]

describe('pages of the diagnostics', () => {
  it.each(codes)('%s says what, why, what to do, and shows it', (code) => {
    const page = readFileSync(join(ROOT, docsOf(code)), 'utf8')
    const headings = page.split('\n').filter((line) => line.startsWith('#'))
    expect(headings.slice(0, 4)).toEqual([`# \`${code}\``, '## Why', '## What to do', '## Example'])
    expect(page.match(/^```\w+$/gm), 'a wrong and a right example').toHaveLength(2)
  })

  it('has no page without a code', () => {
    const pages = readdirSync(join(ROOT, 'docs/diagnostics'))
    expect(new Set(pages)).toEqual(new Set(codes.map((code) => docsOf(code).split('/').at(-1))))
  })

  it.each(codes)('%s is named stage/thing, its title one plain line', (code) => {
    expect(code).toMatch(/^(yaml|validate|resolve|check)\/[a-z]+(-[a-z]+)*$/)
    expect(CODES[code].title).toMatch(/^[A-Z][^\n]*[^.\n]$/)
  })
})
