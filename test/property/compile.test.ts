import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FORMATS, renderDiagnostics } from '../../compiler/diagnostics/render/render.ts'
import type { CompileResult } from '../../compiler/compile.ts'
import { compileTexts, toTexts, type PolicyTexts } from './compile-documents.ts'
import { mutate, policyDocuments, type PolicyDocuments } from './policy-documents.ts'
import { runs } from './runs.ts'
import { schemaDocuments, type JsonSchema } from './schema-documents.ts'

function renderAll({ diagnostics, sources }: CompileResult): string {
  return FORMATS.map((format) =>
    renderDiagnostics(diagnostics, { format, sources, color: false, max: 0 }),
  ).join('')
}

const file = fc.constantFrom<keyof PolicyTexts>('policy', 'backends', 'clients')

/** Text cut, doubled or filled with what YAML minds. */
const brokenTexts = fc
  .tuple(
    policyDocuments,
    file,
    fc.nat(2000),
    fc.nat(60),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '*a',
        '&a ',
        '!!',
        '<<: ',
        '- ',
        '? ',
        ': ',
        '\t',
        '{',
        '[',
        '"',
        "'",
        '|',
        '>',
        '#',
        '%',
        '---\n',
        '\r',
        '\u0000',
        '__proto__: ',
      ),
    ),
  )
  .map(([documents, id, at, length, insert]) => {
    const texts = toTexts(documents)
    const text = texts[id]
    const start = at % (text.length + 1)
    return Object.assign(texts, { [id]: text.slice(0, start) + insert + text.slice(start + length) })
  })

const brokenDocuments: fc.Arbitrary<PolicyDocuments> = fc
  .tuple(policyDocuments, file)
  .chain(([documents, id]) =>
    mutate(documents[id]).map((changed) => Object.assign(structuredClone(documents), { [id]: changed })),
  )

/** Few names for everything, so that much of it leads somewhere. */
const WORDS = [
  'a',
  'b',
  'a/a',
  'a/b',
  'a/*',
  'a*',
  '*',
  'cloud',
  'lan',
  'local',
  'pii',
  'none',
  '10s',
  '1MiB',
  'UTC',
  'http://127.0.0.1:81',
  '2027-01-31',
]

function anyDocumentOf(id: keyof PolicyTexts): fc.Arbitrary<unknown> {
  const url = new URL(`../../schemas/${id}.schema.json`, import.meta.url)
  return schemaDocuments(JSON.parse(readFileSync(url, 'utf8')) as JsonSchema, WORDS).valid
}

const anyDocuments = fc.record({
  policy: anyDocumentOf('policy'),
  backends: anyDocumentOf('backends'),
  clients: anyDocumentOf('clients'),
}) as fc.Arbitrary<PolicyDocuments>

describe('compile', () => {
  it('takes every policy that is made to be valid', async () => {
    await fc.assert(
      fc.asyncProperty(policyDocuments, async (documents) => {
        const result = await compileTexts(toTexts(documents))
        expect(result.ok, renderAll(result)).toBe(true)
      }),
      { numRuns: runs(100) },
    )
  })

  it('answers whatever the schemas take, down to every construct, without an exception', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocuments, async (documents) => {
        const result = await compileTexts(toTexts(documents))
        expect(renderAll(result).length).toBeGreaterThan(0)
        // A random word may look like a credential.
        const faults = result.diagnostics.filter(({ code }) => code.startsWith('validate/'))
        expect(faults.filter(({ code }) => code !== 'validate/literal-secret')).toEqual([])
      }),
      { numRuns: runs(150) },
    )
  })

  it('answers broken text with diagnostics, never with an exception, in every format', async () => {
    await fc.assert(
      fc.asyncProperty(brokenTexts, async (texts) => {
        const result = await compileTexts(texts)
        expect(renderAll(result).length).toBeGreaterThan(0)
        expect(result.ok || result.diagnostics.length > 0).toBe(true)
      }),
      { numRuns: runs(400) },
    )
  })

  it('answers documents of the wrong shape with diagnostics that lie within the file', async () => {
    await fc.assert(
      fc.asyncProperty(brokenDocuments, async (documents) => {
        const result = await compileTexts(toTexts(documents))
        expect(result.ok || result.diagnostics.length > 0).toBe(true)
        for (const { primary, secondary } of result.diagnostics) {
          for (const { span } of [primary, ...secondary]) {
            const length = result.sources.get(span.file)?.length ?? 0
            expect(span.start).toBeGreaterThanOrEqual(0)
            expect(span.end).toBeGreaterThanOrEqual(span.start)
            expect(span.end).toBeLessThanOrEqual(length)
          }
        }
      }),
      { numRuns: runs(300) },
    )
  })

  it('makes the same table whatever the order of keys', async () => {
    await fc.assert(
      fc.asyncProperty(policyDocuments, async (documents) => {
        const [one, other] = await Promise.all([
          compileTexts(toTexts(documents)),
          compileTexts(toTexts(reverseKeys(documents) as PolicyDocuments)),
        ])
        expect(one.ok && JSON.stringify(one.table)).toBe(other.ok && JSON.stringify(other.table))
      }),
      { numRuns: runs(100) },
    )
  })

  it('never prints a credential, wherever it stands', async () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9]{24}$/).map((text) => `sk-${text}`)
    // As a value, a key, a key that comes twice, an alias, in a comment and within a name.
    const frames = [
      ' K',
      '\nK: 1\n',
      '\nK: 1\nK: 1\n',
      ' *K',
      ' # K',
      '\nmodels: { K: { targets: [] } }\n',
      '/K',
    ]
    const framed = fc.tuple(secret, fc.constantFrom(...frames))
    await fc.assert(
      fc.asyncProperty(brokenTexts, file, fc.nat(2000), framed, async (texts, id, at, [key, frame]) => {
        const lines = texts[id].split('\n')
        lines[at % lines.length] += frame.replaceAll('K', key)
        const result = await compileTexts({ ...texts, [id]: lines.join('\n') })
        expect(renderAll(result)).not.toContain(key)
      }),
      { numRuns: runs(300) },
    )
  })
})

/** All mappings with their keys the other way round; lists as they are. */
function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, child]) => [key, reverseKeys(child)]),
  )
}
