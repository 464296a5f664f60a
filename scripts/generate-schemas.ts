/**
 * Writes `schemas/*.schema.json` and `schemas/admin.openapi.json` from the TypeScript types; `--check` only compares, exit 2 when one is stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createGenerator, type Schema } from 'ts-json-schema-generator'
import { adminOpenapi } from './admin-openapi.ts'
import { addEditorHints } from './add-editor-hints.ts'

interface SchemaSource {
  name: string
  type: string
  source: string
  title: string
}

const SCHEMAS: readonly SchemaSource[] = [
  { name: 'policy', type: 'PolicyFile', source: 'compiler/config/policy.ts', title: 'policy.yaml' },
  { name: 'backends', type: 'BackendsFile', source: 'compiler/config/backends.ts', title: 'backends.yaml' },
  { name: 'clients', type: 'ClientsFile', source: 'compiler/config/clients.ts', title: 'clients.yaml' },
  { name: 'tests', type: 'TestsFile', source: 'compiler/config/tests.ts', title: 'tests/*.test.yaml' },
  {
    name: 'detectors',
    type: 'DetectorsFile',
    source: 'compiler/config/detectors.ts',
    title: 'detectors/*.yaml',
  },
  {
    name: 'diagnostics',
    type: 'JsonReport',
    source: 'compiler/diagnostics/render/json.ts',
    title: 'aicc compile --format json',
  },
]

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const check = process.argv.includes('--check')

const stale: string[] = []
for (const [file, content] of contents()) {
  const text = `${JSON.stringify(content, null, 2)}\n`
  const before = await readFile(`${ROOT}${file}`, 'utf8').catch(() => '')
  if (before === text) continue
  stale.push(file)
  if (!check) await writeFile(`${ROOT}${file}`, text)
}
if (check && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run \`npm run schemas\` and commit`)
  process.exitCode = 2
} else {
  console.log(`schemas: ${stale.length === 0 ? 'all fresh' : `wrote ${stale.join(', ')}`}`)
}

function* contents(): Generator<[file: string, content: object]> {
  for (const schema of SCHEMAS) yield [`schemas/${schema.name}.schema.json`, generate(schema)]
  yield ['schemas/admin.openapi.json', adminOpenapi(ROOT)]
}

/** The generator brings a TypeScript of its own and cannot read our flags: hence a small tsconfig for it. */
function generate({ type, source, title }: SchemaSource): Schema {
  const generator = createGenerator({
    path: `${ROOT}${source}`,
    tsconfig: `${ROOT}schemas/tsconfig.json`,
    type,
    topRef: false,
    additionalProperties: false,
    // `@values { … }` of the types; the rest is for add-editor-hints.ts.
    extraTags: ['values'],
  })
  return addEditorHints({ ...inlineGenerics(generator.createSchema(type)), title }) as Schema
}

/** `Several<Name>` is no name for a definition, and that of an unnamed type would change with the source: written out. */
function inlineGenerics(schema: Schema): Schema {
  const definitions = Object.entries(schema.definitions ?? {})
  const generics = new Map(
    definitions
      .filter(([name]) => !/^\w+$/.test(name))
      .map(([name, body]) => [`#/definitions/${encodeURIComponent(name)}`, body as object]),
  )
  const inline = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(inline)
    if (typeof node !== 'object' || node === null) return node
    const { $ref, ...beside } = node as { $ref?: string }
    const generic = $ref === undefined ? undefined : generics.get($ref)
    // What is said at the place of use wins over what the generic says of itself.
    if (generic) return inline({ ...generic, ...beside })
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value)]))
  }
  const named = definitions.filter(([name]) => /^\w+$/.test(name))
  return inline({ ...schema, definitions: Object.fromEntries(named) }) as Schema
}
