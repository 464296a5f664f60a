/**
 * Which keys a schema knows at a path: the candidates of "did you mean" for an unknown key.
 */
import type { z } from 'zod'

type Schema = z.core.$ZodType

/** The keys of the object at `path` in `value`; empty where there is no object of fixed keys. */
export function knownKeys(schema: Schema, value: unknown, path: readonly PropertyKey[]): string[] {
  const objects = descend(schema, value, path)
  return [
    ...new Set(objects.flatMap((object) => (isObject(object) ? Object.keys(object._zod.def.shape) : []))),
  ]
}

/** The schemas that may apply at `path`: several where a union does not say which. */
function descend(schema: Schema, value: unknown, path: readonly PropertyKey[]): Schema[] {
  const { def } = schema._zod as { def: z.core.$ZodTypes['_zod']['def'] }
  if (def.type === 'optional') return descend(def.innerType, value, path)
  if (def.type === 'lazy') return descend(def.getter(), value, path)
  if (def.type === 'union')
    return branches(def.options, value).flatMap((option) => descend(option, value, path))
  const [segment, ...rest] = path
  if (segment === undefined) return [schema]
  const child = isRecord(value) ? value[String(segment)] : undefined
  if (def.type === 'record') return descend(def.valueType, child, rest)
  if (def.type === 'array') return descend(def.element, child, rest)
  const next = def.type === 'object' ? def.shape[String(segment)] : undefined
  return next ? descend(next, child, rest) : []
}

/** The branches whose `kind` is the value's; all of them when none is. */
function branches(options: readonly Schema[], value: unknown): readonly Schema[] {
  const kind = isRecord(value) ? value['kind'] : undefined
  const chosen = options.filter((option) => {
    const tag = isObject(option) ? option._zod.def.shape['kind'] : undefined
    return tag?._zod.values?.has(kind as string) === true
  })
  return chosen.length > 0 ? chosen : options
}

function isObject(schema: Schema): schema is z.core.$ZodObject {
  return (schema._zod.def as { type: string }).type === 'object'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
