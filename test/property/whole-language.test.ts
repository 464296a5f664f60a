/**
 * Documents of every construct, with so few names that they meet: whatever is written, the compiler answers, and what
 * it answers does not depend on the order of keys.
 */
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compileTexts, toTexts } from './compile-documents.ts'
import type { PolicyDocuments } from './policy-documents.ts'
import { type JsonSchema, schemaDocuments } from './schema-documents.ts'

const RUNS = Number(process.env['AICC_LANGUAGE_RUNS'] ?? 100)

/** Patterns in place of the schemas' own. */
const FEW: Record<string, string> = {
  Name: '^(a|b|lan|main)$',
  LabelName: '^(a|b)$',
  RuleId: '^(a|b|c)$',
  PatternId: '^(x|y)$',
  Destination: '^(a|b|c|a/a|b/b|lan/a|a/x)$',
  ModelName: '^(a|b|c|a/x)$',
  ModelPattern: '^(a|b|c|a/\\*|b\\*|\\*)$',
  TargetPattern: '^(a|b|lan)/(a|b|main|\\*)$',
  Duration: '^[1-9]s$',
  Regex: '^(key-[0-9]|\\(\\?i\\)hermes|zeus\\()$',
}

function documentsOf(name: string): fc.Arbitrary<unknown> {
  const file = join(import.meta.dirname, `../../schemas/${name}.schema.json`)
  const schema = JSON.parse(readFileSync(file, 'utf8')) as JsonSchema
  const definitions = Object.entries(schema.definitions ?? {}).map(([key, definition]) => {
    const pattern = FEW[key]
    return [key, pattern === undefined ? definition : { ...definition, pattern }] as const
  })
  return schemaDocuments({ ...schema, definitions: Object.fromEntries(definitions) }).valid
}

const documents = fc.record({
  policy: documentsOf('policy'),
  backends: documentsOf('backends'),
  clients: documentsOf('clients'),
}) as fc.Arbitrary<PolicyDocuments>

it('answers every policy, the same for all orders of keys', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (written) => {
      const [one, other] = await Promise.all(
        [written, reversed(written)].map(async (each) => {
          const result = await compileTexts(toTexts(each))
          return {
            table: result.ok ? JSON.stringify(result.table) : null,
            codes: result.diagnostics.map(({ code }) => code).toSorted(),
          }
        }),
      )
      expect(other).toEqual(one)
    }),
    { numRuns: RUNS },
  )
})

/** All mappings with their keys the other way round; lists as they are. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([key, child]) => [key, reversed(child)])) as T
}
