import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compile } from '../../../compiler/compile.ts'
import { canonicalJson } from '../../../compiler/emit/canonical-json.ts'
import { toModule } from '../../../compiler/emit/to-module.ts'
import { routeTable } from '../../../src/generated/route-table.ts'

const ROOT = join(import.meta.dirname, '../../..')

describe('the committed route table', () => {
  it('is what the shipped policies compile to, byte for byte', async () => {
    const result = await compile({ policies: join(ROOT, 'policies') })
    expect(result.diagnostics).toEqual([])
    const module = readFileSync(join(ROOT, 'src/generated/route-table.ts'), 'utf8')
    expect(result.ok && toModule(result.table)).toBe(module)
    expect(result.ok && result.table).toEqual(routeTable)
  })

  it('carries the digest of all its other fields', () => {
    const { digest, ...content } = routeTable
    expect(digest).toBe(createHash('sha256').update(canonicalJson(content)).digest('hex'))
  })
})
