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
import { policyDocuments } from '../property/policy-documents.ts'
import { isSample, runs } from '../property/runs.ts'
import { schemaDocuments, type JsonSchema } from '../property/schema-documents.ts'

const ROOT = join(import.meta.dirname, '../..')

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
  const schema = JSON.parse(readFileSync(join(ROOT, `schemas/${id}.schema.json`), 'utf8')) as JsonSchema
  const isValid = new Ajv({ strict: false }).compile(schema)
  const verdicts = (document: unknown): { zod: boolean; schema: boolean } => ({
    zod: zod.safeParse(document).success,
    schema: isValid(document),
  })
  const { valid, mutate } = schemaDocuments(schema)

  it('take documents of every construct', () => {
    const used = new Set<string>()
    fc.assert(
      fc.property(valid, (document) => {
        keysOf(document, used)
        expect(verdicts(document), JSON.stringify(document)).toEqual({ zod: true, schema: true })
      }),
      // Some keys of the policy lie deep, and rarely come up.
      { numRuns: runs(id === 'policy' ? 4000 : 500) },
    )
    // A key that no document had would not be tested.
    if (!isSample) expect(allKeys(schema).filter((key) => !used.has(key))).toEqual([])
  })

  it('take documents that compile', () => {
    fc.assert(
      fc.property(policyDocuments, (documents) => {
        expect(verdicts(documents[id])).toEqual({ zod: true, schema: true })
      }),
      { numRuns: runs(100) },
    )
  })

  it('agree on documents with one or two changes', () => {
    const counts = { refused: 0, taken: 0 }
    const changed = valid.chain((document) =>
      mutate(document).chain((once) => fc.oneof(fc.constant(once), mutate(once))),
    )
    fc.assert(
      fc.property(changed, (document) => {
        const verdict = verdicts(document)
        counts[verdict.zod ? 'taken' : 'refused']++
        expect(verdict.zod, JSON.stringify(document)).toBe(verdict.schema)
      }),
      { numRuns: runs(1500) },
    )
    // A corpus that all refuse, or that nobody does, would prove nothing.
    if (isSample) return
    expect(counts.refused).toBeGreaterThan(200)
    expect(counts.taken).toBeGreaterThan(50)
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

function keysOf(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, child] of Object.entries(value)) {
    into.add(key)
    keysOf(child, into)
  }
}

/** Every property that any of the schema's objects has. */
function allKeys(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : []
  return [...new Set([...own, ...Object.values(schema).flatMap(allKeys)])]
}
