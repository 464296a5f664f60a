/** zod and the JSON Schemas give the same verdict on every file of policy tests and every pack of detectors. */
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectorsSchema } from '../../compiler/validate/detectors-schema.ts'
import { testsSchema } from '../../compiler/validate/tests-schema.ts'
import { isSample, runs } from '../property/runs.ts'
import { type JsonSchema, schemaDocuments } from '../property/schema-documents.ts'

const SCHEMAS = join(import.meta.dirname, '../../schemas')

describe.each([
  { name: 'tests', zod: testsSchema },
  { name: 'detectors', zod: detectorsSchema },
])('files of $name', ({ name, zod }) => {
  const schema = JSON.parse(readFileSync(join(SCHEMAS, `${name}.schema.json`), 'utf8')) as JsonSchema
  const isValid = new Ajv({ strict: false }).compile(schema)
  const { valid, mutate } = schemaDocuments(schema)

  it('are taken by both', () => {
    fc.assert(
      fc.property(valid, (document) => {
        expect(isValid(document)).toBe(true)
        expect(zod.safeParse(document).error?.issues ?? []).toEqual([])
      }),
      { numRuns: runs(500) },
    )
  })

  it('are refused by both, after a change or two', () => {
    const counts = { refused: 0, taken: 0 }
    const changed = valid.chain((document) =>
      mutate(document).chain((once) => fc.oneof(fc.constant(once), mutate(once))),
    )
    fc.assert(
      fc.property(changed, (document) => {
        const isTaken = isValid(document)
        counts[isTaken ? 'taken' : 'refused'] += 1
        expect(zod.safeParse(document).success, JSON.stringify(document)).toBe(isTaken)
      }),
      { numRuns: runs(2000) },
    )
    if (isSample) return
    expect(counts.refused).toBeGreaterThan(200)
    expect(counts.taken).toBeGreaterThan(50)
  })
})
