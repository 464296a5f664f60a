/**
 * zod (what the compiler takes) and the JSON Schemas (what editors take) give the same verdict on every document.
 *
 * Known differences, none of them in what is tested here: the schemas cannot express what `resolve/` and `check/`
 * find (names that lead nowhere, dates that are not in the calendar, …), nor that a value is a credential, nor that
 * `__proto__` is no key.
 */
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { parse } from 'yaml'
import { backendsSchema } from '../../compiler/validate/backends-schema.ts'
import { clientsSchema } from '../../compiler/validate/clients-schema.ts'
import { policySchema } from '../../compiler/validate/policy-schema.ts'
import { goldenCases } from '../golden/compile-case.ts'
import { mutate, policyDocuments } from '../property/policy-documents.ts'

const ROOT = join(import.meta.dirname, '../..')
const ajv = new Ajv()

interface Pair {
  id: 'policy' | 'backends' | 'clients'
  zod: z.ZodType
}

const pairs: Pair[] = [
  { id: 'policy', zod: policySchema },
  { id: 'backends', zod: backendsSchema },
  { id: 'clients', zod: clientsSchema },
]

describe.each(pairs)('$id: zod and JSON Schema', ({ id, zod }) => {
  const schema: object = JSON.parse(readFileSync(join(ROOT, `schemas/${id}.schema.json`), 'utf8'))
  const isValid = ajv.compile(schema)
  const verdicts = (document: unknown): { zod: boolean; schema: boolean } => ({
    zod: zod.safeParse(document).success,
    schema: isValid(document),
  })

  it('take valid documents', () => {
    fc.assert(
      fc.property(policyDocuments, (documents) => {
        expect(verdicts(documents[id])).toEqual({ zod: true, schema: true })
      }),
    )
  })

  it('agree on documents with one or two changes', () => {
    const refused = { count: 0 }
    const changed = policyDocuments.chain((documents) =>
      mutate(documents[id]).chain((once) => fc.oneof(fc.constant(once), mutate(once))),
    )
    fc.assert(
      fc.property(changed, (document) => {
        const verdict = verdicts(document)
        if (!verdict.zod) refused.count++
        expect(verdict.zod, JSON.stringify(document)).toBe(verdict.schema)
      }),
      { numRuns: 2000 },
    )
    // A corpus that nobody refuses would prove nothing.
    expect(refused.count).toBeGreaterThan(500)
  })

  const golden = goldenCases().flatMap((name) => {
    try {
      return [
        {
          name,
          document: parse(readFileSync(join(ROOT, 'test/golden', name, `${id}.yaml`), 'utf8')) as unknown,
        },
      ]
    } catch {
      // No such file in this case, or no YAML at all: nothing to compare.
      return []
    }
  })
  it.each(golden)('agree on the golden case $name', ({ document }) => {
    const verdict = verdicts(document)
    expect(verdict.zod).toBe(verdict.schema)
  })

  it('agree on the shipped policy', () => {
    const document: unknown = parse(readFileSync(join(ROOT, `policies/${id}.yaml`), 'utf8'))
    expect(verdicts(document)).toEqual({ zod: true, schema: true })
  })
})
