/**
 * Writes `docs/policy-language.md`, the reference of the policy language, from the JSON Schemas and so from the
 * documented types in `compiler/config/`; `--check` only compares, exit 2 when it is stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { FIND_KINDS } from '../src/table/find-kinds.ts'

interface SchemaNode {
  $ref?: string
  type?: string | string[]
  description?: string
  default?: unknown
  examples?: unknown[]
  enum?: unknown[]
  markdownEnumDescriptions?: string[]
  const?: unknown
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  items?: SchemaNode
  properties?: Record<string, SchemaNode>
  additionalProperties?: SchemaNode | boolean
  required?: string[]
  anyOf?: SchemaNode[]
  definitions?: Record<string, SchemaNode>
}

const FILES = ['policy', 'backends', 'clients', 'detectors', 'tests'] as const
const TITLES: Partial<Record<(typeof FILES)[number], string>> = {
  detectors: 'detectors/*.yaml',
  tests: 'tests/*.test.yaml',
}
const OUTPUT = 'docs/policy-language.md'
const ROOT = fileURLToPath(new URL('../', import.meta.url))

const INTRODUCTION = `# The policy language

<!-- Written by \`npm run schemas\` from the types in compiler/config/. Do not edit. -->

Every key of the files in \`policies/\`. A key that is not listed here is an error, and so is one that has no effect. What a rule may look at and do is under [policy.yaml](#policyyaml); how to try a policy out is in [tools](tools.md), what each message of the compiler means in [diagnostics](diagnostics/).

Durations are written \`500ms\`, \`30s\`, \`10m\`, \`1h\`; sizes \`512KiB\`, \`1MiB\` or \`1MB\`; rates \`10/min\`.
`

const text = [INTRODUCTION, ...(await Promise.all(FILES.map(describeFile))), describeKinds()].join('\n')
const before = await readFile(`${ROOT}${OUTPUT}`, 'utf8').catch(() => '')
if (before === text) console.log('reference: fresh')
else if (process.argv.includes('--check')) {
  console.error(`stale: ${OUTPUT}; run \`npm run schemas\` and commit`)
  process.exitCode = 2
} else {
  await writeFile(`${ROOT}${OUTPUT}`, text)
  console.log(`reference: wrote ${OUTPUT}`)
}

async function describeFile(name: (typeof FILES)[number]): Promise<string> {
  const schema = JSON.parse(await readFile(`${ROOT}schemas/${name}.schema.json`, 'utf8')) as SchemaNode
  const definitions = schema.definitions ?? {}
  const title = TITLES[name] ?? `${name}.yaml`
  const sections = [`## ${title}\n`, describeNode(schema, definitions)]
  for (const type of reachable(schema, definitions)) {
    const node = definitions[type]
    if (node?.properties === undefined) continue
    sections.push(`### ${headingOf(type)}\n`, describeNode(node, definitions))
  }
  return sections.join('\n')
}

/** What `classify.privacy.kinds` may name. */
function describeKinds(): string {
  const rows = Object.entries(FIND_KINDS).flatMap(([detector, kinds]) =>
    Object.entries(kinds).map(([kind, meaning]) => `| \`${kind}\` | \`${detector}\` | ${meaning} |`),
  )
  return `## kinds of finds

What \`classify.privacy.kinds\` can name besides the ids of patterns and of detectors in packs, and what stands in placeholders.

| kind | detector | what it is |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** Object types in the order in which a reader meets them. */
function reachable(start: SchemaNode, definitions: Record<string, SchemaNode>): string[] {
  const seen = new Set<string>()
  const visit = (node: SchemaNode | boolean | undefined): void => {
    if (typeof node !== 'object') return
    const type = refName(node)
    if (type !== null) {
      if (seen.has(type)) return
      seen.add(type)
      visit(definitions[type])
      return
    }
    for (const child of Object.values(node.properties ?? {})) visit(child)
    visit(node.additionalProperties)
    visit(node.items)
    for (const child of node.anyOf ?? []) visit(child)
  }
  visit(start)
  return [...seen]
}

function describeNode(node: SchemaNode, definitions: Record<string, SchemaNode>): string {
  const lines = node.description === undefined ? [] : [`${oneLine(node.description)}\n`]
  const rows = Object.entries(node.properties ?? {}).map(([key, value]) => {
    const isRequired = node.required?.includes(key) === true
    const said = [describeText(value, definitions), describeValues(value, definitions), defaultOf(value)]
    const what = said.filter((part) => part !== '').join(' ')
    return `| \`${key}\`${isRequired ? ' (required)' : ''} | ${typeOf(value, definitions)} | ${what} |`
  })
  if (rows.length > 0) lines.push('| key | value | meaning |', '| --- | --- | --- |', ...rows, '')
  return lines.join('\n')
}

/** What is said at the key, else what is said of its type. */
function describeText(node: SchemaNode, definitions: Record<string, SchemaNode>): string {
  if (node.description !== undefined) return oneLine(node.description)
  const type = refName(node)
  return type === null ? '' : oneLine(definitions[type]?.description ?? '')
}

/** What each value of an enumeration means, at the key or in its type. */
function describeValues(node: SchemaNode, definitions: Record<string, SchemaNode>): string {
  const { enum: values = [], markdownEnumDescriptions: meanings = [] } =
    node.$ref === undefined ? node : (definitions[refName(node) ?? ''] ?? {})
  return meanings
    .map(
      (meaning, i) =>
        `\`${shown(values[i])}\`: ${meaning.charAt(0).toLowerCase()}${oneLine(meaning.slice(1))}`,
    )
    .join(' ')
}

function defaultOf(node: SchemaNode): string {
  return node.default === undefined ? '' : `Default: \`${shown(node.default)}\`.`
}

function typeOf(node: SchemaNode, definitions: Record<string, SchemaNode>): string {
  const type = refName(node)
  if (type !== null) {
    const target = definitions[type] ?? {}
    return target.properties === undefined
      ? typeOf(target, definitions)
      : `[${headingOf(type)}](#${anchorOf(type)})`
  }
  if (node.anyOf !== undefined) {
    return [...new Set(node.anyOf.map((part) => typeOf(part, definitions)))].join(' or ')
  }
  if (node.const !== undefined) return `\`${shown(node.const)}\``
  if (node.enum !== undefined) return node.enum.map((value) => `\`${shown(value)}\``).join(', ')
  if (node.type === 'array')
    return `list of ${node.items === undefined ? 'anything' : typeOf(node.items, definitions)}`
  if (node.type === 'object' && typeof node.additionalProperties === 'object') {
    return `map to ${typeOf(node.additionalProperties, definitions)}`
  }
  if (node.properties !== undefined) return `\`{ ${Object.keys(node.properties).join(', ')} }\``
  const bounds = boundsOf(node)
  const base = Array.isArray(node.type) ? node.type.join(' or ') : (node.type ?? 'anything')
  return bounds === '' ? base : `${base}, ${bounds}`
}

function boundsOf({ minimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`
  if (minimum !== undefined) return `at least ${minimum}`
  return maximum === undefined ? '' : `at most ${maximum}`
}

function refName({ $ref }: SchemaNode): string | null {
  return $ref === undefined ? null : decodeURIComponent($ref.replace('#/definitions/', ''))
}

/** `RuledModelConfig` → `ruled model`. */
function headingOf(type: string): string {
  return type
    .replace(/(Config|File)$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
}

function anchorOf(type: string): string {
  return headingOf(type)
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

function shown(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('|', '\\|')
}

function oneLine(description: string): string {
  return description
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}
