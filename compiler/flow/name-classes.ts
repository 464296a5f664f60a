/**
 * The names that clients may write, in finitely many classes: every name that the policy mentions for itself, and for
 * every prefix that it mentions all other names that begin so. No condition, grant or wildcard tells two names of one
 * class apart.
 */
import { resolveName } from '../../src/table/names.ts'
import type { Predicate } from '../../src/table/predicate.ts'
import type { FlowInput } from './flow-input.ts'

export interface NameClass {
  /** A name of the class: the only one, unless `prefix` is set. */
  example: string
  /** The class is all names that begin so and are of no other class. */
  prefix: string | null
  /** Key of the model that these names mean. */
  model: string
}

/** @param conditions all that the policy's rules ask */
export function nameClasses(input: FlowInput, conditions: readonly Predicate[]): NameClass[] {
  const exact = new Set(Object.keys(input.names))
  const prefixes = new Set(input.wildcards.map(({ prefix }) => prefix))
  for (const { models } of Object.values(input.clients)) {
    for (const grant of models ?? []) {
      if (grant.endsWith('*')) prefixes.add(grant.slice(0, -1))
      else exact.add(grant)
    }
  }
  for (const condition of conditions) {
    if (condition.kind !== 'model') continue
    for (const name of condition.names) exact.add(name)
    for (const prefix of condition.prefixes) prefixes.add(prefix)
  }

  const classes: NameClass[] = []
  for (const example of exact) {
    const model = resolveName(input, example)?.model
    if (model !== undefined) classes.push({ example, prefix: null, model })
  }
  if (input.wildcards.length === 0) return classes
  for (const prefix of prefixes) {
    const example = exampleOf(prefix, exact, prefixes)
    const model = example === undefined ? undefined : resolveName(input, example)?.model
    if (example !== undefined && model !== undefined) classes.push({ example, prefix, model })
  }
  return classes
}

/** Whether the names of a class begin with a prefix that the policy mentions. */
export function beginsWith({ example, prefix }: NameClass, other: string): boolean {
  return (prefix ?? example).startsWith(other)
}

const LETTERS = 'xabcdefghijklmnopqrstuvwyz0123456789'

/** A name of the class, if there is one that nothing longer claims. */
function exampleOf(
  prefix: string,
  exact: ReadonlySet<string>,
  prefixes: ReadonlySet<string>,
): string | undefined {
  const longer = [...prefixes].filter((other) => other.length > prefix.length && other.startsWith(prefix))
  for (const a of LETTERS) {
    for (const b of LETTERS) {
      const name = `${prefix}${a}${b}`
      if (!exact.has(name) && !longer.some((other) => name.startsWith(other))) return name
    }
  }
  return undefined
}
