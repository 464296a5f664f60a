/**
 * Random documents that a JSON Schema takes, made from the schema itself, so that no construct of the language can be
 * forgotten; and ways to break one.
 */
import * as fc from 'fast-check'

/** The part of JSON Schema that our generator of schemas writes. */
export interface JsonSchema {
  $ref?: string
  anyOf?: JsonSchema[]
  const?: unknown
  enum?: unknown[]
  type?: string | string[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  minProperties?: number
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  definitions?: Record<string, JsonSchema>
}

export interface SchemaDocuments {
  valid: fc.Arbitrary<unknown>
  /** One change somewhere in a document: a key gone, one more, one renamed, a value replaced. */
  mutate: (document: unknown) => fc.Arbitrary<unknown>
}

const SCALARS = new Set(['string', 'integer', 'number', 'boolean'])

/** Deeper than this, only what must be there is written. */
const DEPTH = 8

/** Optional keys of one mapping. */
const MOST_KEYS = 6

/** @param words texts to prefer wherever they may stand, so that names often lead somewhere */
export function schemaDocuments(root: JsonSchema, words: readonly string[] = []): SchemaDocuments {
  const follow = (schema: JsonSchema): JsonSchema =>
    schema.$ref === undefined
      ? schema
      : follow(root.definitions?.[decodeURIComponent(schema.$ref.replace('#/definitions/', ''))] ?? {})

  // Named schemas are many and refer to each other: one arbitrary for each, by depth.
  const known = new Map<string, fc.Arbitrary<unknown>>()
  const valueOf = (schema: JsonSchema, depth: number): fc.Arbitrary<unknown> => {
    const { $ref } = schema
    if ($ref === undefined) return plainOf(schema, depth)
    const name = `${$ref} ${depth}`
    const value = known.get(name) ?? plainOf(follow(schema), depth)
    known.set(name, value)
    return value
  }

  const plainOf = (schema: JsonSchema, depth: number): fc.Arbitrary<unknown> => {
    const { anyOf, const: only, enum: choices, type } = schema
    if (anyOf) return fc.oneof(...anyOf.map((option) => valueOf(option, depth)))
    if (only !== undefined) return fc.constant(only)
    if (choices) return fc.constantFrom(...choices)
    if (Array.isArray(type)) return fc.oneof(...type.map((one) => plainOf({ ...schema, type: one }, depth)))
    if (type === 'object') return objectOf(schema, depth)
    if (type === 'array') return listOf(schema, depth)
    if (type === 'string') return textOf(schema, words)
    if (type === 'integer' || type === 'number') return numberOf(schema)
    return type === 'boolean' ? fc.boolean() : fc.constantFrom<unknown>('x', 1, null)
  }

  const objectOf = (schema: JsonSchema, depth: number): fc.Arbitrary<unknown> => {
    const { properties, required = [], additionalProperties, propertyNames = {}, minProperties = 0 } = schema
    if (properties) {
      const optional = Object.keys(properties).filter((key) => !required.includes(key))
      // Near the bottom nothing recursive: a scalar where something must be said but nothing in particular.
      const scalars = optional.filter((key) => isScalar(properties[key]))
      const minLength = Math.max(0, minProperties - required.length)
      const shallow = depth < DEPTH || scalars.length < minLength ? optional : scalars
      const maxLength = Math.max(minLength, Math.min(shallow.length, depth < DEPTH ? MOST_KEYS : 0))
      const values = new Map(
        [...required, ...shallow].map((key) => [key, valueOf(properties[key] ?? {}, depth + 1)]),
      )
      return fc.subarray(shallow, { minLength, maxLength }).chain((chosen) => {
        const keys = new Set([...required, ...chosen])
        return fc.record(Object.fromEntries([...values].filter(([key]) => keys.has(key))))
      })
    }
    const values = typeof additionalProperties === 'object' ? additionalProperties : {}
    const maxKeys = depth < DEPTH ? 2 : 1
    return fc.dictionary(textOf(follow(propertyNames), words), valueOf(values, depth + 1), { maxKeys })
  }

  const isScalar = (schema: JsonSchema | undefined): boolean =>
    [follow(schema ?? {}).type ?? ''].flat().every((type) => SCALARS.has(type))

  const listOf = ({ items = {}, minItems = 0, maxItems = 3 }: JsonSchema, depth: number) =>
    fc.array(valueOf(items, depth + 1), {
      minLength: minItems,
      maxLength: Math.max(minItems, Math.min(maxItems, 2)),
    })

  const keyed = Object.values(root.definitions ?? {}).flatMap(({ properties = {} }) =>
    Object.entries(properties),
  )
  const member: fc.Arbitrary<readonly [string, unknown]> = fc
    .constantFrom(...keyed, ...Object.entries(root.properties ?? {}))
    .chain(([key, schema]) => fc.tuple(fc.constant(key), fc.oneof(valueOf(schema, DEPTH), oddValue)))

  return {
    valid: valueOf(root, 0),
    mutate: (document) =>
      fc
        .tuple(
          fc.constantFrom(...pathsOf(document)),
          fc.constantFrom('remove', 'add', 'rename', 'replace'),
          member,
          fc.oneof(
            oddValue,
            member.map(([, value]) => value),
          ),
        )
        .map(([path, how, [key, added], value]) => changeAt(document, path, { how, key, added, value })),
  }
}

function textOf(schema: JsonSchema, words: readonly string[]): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 12 } = schema
  const fits = (text: string): boolean =>
    text.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(text))
  const known = words.filter(fits)
  const anyText = freeTextOf({ pattern: pattern ?? '', minLength, maxLength }).filter(fits)
  return known.length === 0
    ? anyText
    : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: anyText })
}

/** Lookaheads, which fast-check cannot read, are left to the filter. */
function freeTextOf({
  pattern,
  minLength,
  maxLength,
}: Required<Pick<JsonSchema, 'pattern' | 'minLength' | 'maxLength'>>) {
  if (pattern === '') return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 12) })
  return fc.stringMatching(new RegExp(pattern.replaceAll(/\(\?!(\([^()]*\)|[^()])*\)/g, ''), 'u'))
}

function numberOf({ type, minimum = -2, maximum = 10 }: JsonSchema): fc.Arbitrary<number> {
  const bounds = { min: minimum, max: maximum }
  return type === 'integer' ? fc.integer(bounds) : fc.double({ ...bounds, noNaN: true })
}

/** Values that are wrong nearly everywhere, and some that are wrong by one. */
const oddValue: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  399,
  500,
  1e300,
  1_000_000_001,
  '',
  'x',
  'y'.repeat(129),
  'z'.repeat(1001),
  '💥'.repeat(600),
  'off',
  'none',
  'block',
  'secrets',
  '*',
  'a*',
  'a/b',
  'a/*',
  '30s',
  '1MiB',
  '1/s',
  '5/day',
  '25:00',
  'openai',
  '2027-02-30',
  [],
  ['x'],
  ['*'],
  [null],
  [[]],
  Array.from({ length: 17 }, (_, i) => `z${i}`),
  {},
  { env: 'X' },
  { env: 'x y' },
  { id: '' },
  { x: {} },
  { atLeast: 0 },
)

type Path = readonly string[]

interface Change {
  how: string
  key: string
  added: unknown
  value: unknown
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))]
}

function changeAt(value: unknown, path: Path, change: Change): unknown {
  const [segment, ...rest] = path
  if (segment === undefined) {
    if (change.how === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ...value, [change.key]: change.added }
    }
    return change.value
  }
  const gone = rest.length === 0 && change.how === 'remove'
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, i) => {
      if (String(i) !== segment) return [item]
      return gone ? [] : [changeAt(item, rest, change)]
    })
  }
  const entries = Object.entries(value as Record<string, unknown>).flatMap(
    ([key, child]): [string, unknown][] => {
      if (key !== segment) return [[key, child]]
      if (gone) return []
      if (rest.length === 0 && change.how === 'rename') return [[change.key, child]]
      return [[key, changeAt(child, rest, change)]]
    },
  )
  return Object.fromEntries(entries)
}
