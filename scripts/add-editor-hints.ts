/**
 * A generated JSON Schema → the same with what editors show: descriptions as Markdown, a description for each value of
 * an enumeration, and words in place of a pattern where a text does not match. Validators pass over all of it.
 */

type Node = Record<string, unknown>

/** Keywords whose value is a map from names of our own to schemas. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'definitions'])

/** @throws when `@values` of a type does not describe each of its values */
export function addEditorHints(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(addEditorHints)
  if (typeof schema !== 'object' || schema === null) return schema
  const { values, ...node } = schema as Node
  const inner = Object.entries(node).map(([key, child]): [string, unknown] => {
    if (!MAPS.has(key)) return [key, addEditorHints(child)]
    const named = Object.entries(child as Node).map(([name, item]) => [name, addEditorHints(item)])
    return [key, Object.fromEntries(named) as Node]
  })
  return { ...Object.fromEntries(inner), ...hintsFor(node, values) }
}

function hintsFor(node: Node, values: unknown): Node {
  const { description, pattern, enum: choices } = node
  const hints: Node = {}
  if (typeof description === 'string') {
    hints['markdownDescription'] = description
    if (typeof pattern === 'string') hints['patternErrorMessage'] = `Expected here: ${description}`
  }
  if (values === undefined) return hints
  const described = values as Record<string, string>
  if (!Array.isArray(choices) || choices.join() !== Object.keys(described).join()) {
    throw new Error(`@values ${Object.keys(described).join()} is not what the type has: ${String(choices)}`)
  }
  return { ...hints, markdownEnumDescriptions: Object.values(described) }
}
