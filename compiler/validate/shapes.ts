/**
 * Shapes that zod could only say as unions, whose issues would not tell which branch was meant. Each is one object
 * with a rule instead; the rule's issue carries what `from-zod.ts` needs to say how to mend it.
 */
import { z } from 'zod'

/** What the issues of this file carry in `params`. */
export interface ShapeFault {
  /** `conflict`: a key too many, the issue's path leads to it. `missing`: none of several keys is there. */
  fault: 'conflict' | 'missing'
  help?: string
}

type Shape = Record<string, z.core.$ZodType>

/** A deciding key → the other keys that may stand beside it. */
export type Variants = Record<string, readonly string[]>

/** An object whose form one key decides, as `targets` or `rules` do for a model. `help` says how to write each. */
export function decidedByKey<T>(shape: Shape, variants: Variants, help: string): z.ZodType<T> {
  return z.strictObject(shape).check(({ value, issues }) => {
    if (issues.some(isUnknownKey)) return
    const keys = Object.keys(value).filter((key) => value[key] !== undefined)
    const decider = keys.find((key) => Object.hasOwn(variants, key))
    if (decider === undefined) {
      const message = `missing ${listOr(Object.keys(variants))}`
      const params = { fault: 'missing', help } satisfies ShapeFault
      issues.push({ code: 'custom', input: value, path: [], params, message })
      return
    }
    const allowed = variants[decider] ?? []
    for (const key of keys) {
      if (key === decider || allowed.includes(key)) continue
      const message = `\`${key}\` cannot stand beside \`${decider}\``
      const params = { fault: 'conflict', help } satisfies ShapeFault
      issues.push({ code: 'custom', input: value, path: [key], params, message })
    }
  }) as unknown as z.ZodType<T>
}

/** An object of optional keys that says at least something. `what` it lacks otherwise, such as "a bound". */
export function notEmpty<T>(schema: z.ZodType<T>, what: string): z.ZodType<T> {
  return schema.check(({ value, issues }) => {
    if (issues.some(isUnknownKey) || Object.keys(value as object).length > 0) return
    const params = { fault: 'missing' } satisfies ShapeFault
    issues.push({ code: 'custom', input: value, path: [], params, message: `missing ${what}` })
  })
}

/** A list with at least one entry. `expected` completes "… must be". */
export function several<T>(item: z.ZodType<T>, expected: string): z.ZodType<T[]> {
  return z.array(item, { error: expected }).min(1)
}

/** One, or a list of them. `expected` completes "… must be". */
export function oneOf<T>(item: z.ZodType<T>, expected: string): z.ZodType<T | T[]> {
  return z.union([item, z.array(item).min(1)], { error: expected })
}

/** An unknown key is a fault of its own, and what is missing beside it is most often what was meant by it. */
function isUnknownKey({ code }: { code?: string | undefined }): boolean {
  return code === 'unrecognized_keys'
}

function listOr(keys: readonly string[]): string {
  const quoted = keys.map((key) => `\`${key}\``)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
