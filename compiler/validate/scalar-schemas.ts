/**
 * The scalars of the input language in zod. Each error text is a noun phrase that completes "… must be".
 * The patterns are those of `config.ts`; a differential test holds the two together.
 */
import { z } from 'zod'

/** A string of a certain form; anything else must be `expected`. */
function textOf(pattern: RegExp, expected: string): z.ZodType<string, string> {
  return z.string({ error: expected }).regex(pattern, { error: expected })
}

export const nonEmpty: z.ZodType<string> = z.string({ error: 'a string' }).min(1, { error: 'a string' })
export const plainText: z.ZodType<string> = z.string({ error: 'a string' })

export const duration: z.ZodType<string> = textOf(
  /^[0-9]+(\.[0-9]+)?(ms|s|m|h)$/,
  'a duration with a unit, such as `500ms`, `30s` or `10m`',
)

export const durationOrOff: z.ZodType<string> = textOf(
  /^(off|[0-9]+(\.[0-9]+)?(ms|s|m|h))$/,
  'a duration with a unit, such as `10s`, or `off`',
)

export const byteSize: z.ZodType<string> = textOf(
  /^[0-9]+(\.[0-9]+)?(B|KiB|MiB|GiB|kB|MB|GB)$/,
  'a size with a unit, such as `512KiB` or `10MiB`',
)

export const rate: z.ZodType<string> = textOf(
  /^[1-9][0-9]{0,8}\/(s|min|h)$/,
  'a count per `s`, `min` or `h`, such as `10/min`',
)

export const dateTime: z.ZodType<string> = textOf(
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?$/,
  'a date such as `2027-01-31`, or an instant such as `2027-01-31T12:00:00Z`',
)

export const name: z.ZodType<string, string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
  'a name: a letter or digit, then letters, digits, `.`, `_`, `:` and `-`, at most 64 characters',
)

export const modelName: z.ZodType<string, string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/,
  "a model's name: a letter or digit, then letters, digits, `.`, `_`, `:`, `/` and `-`, at most 128 characters",
)

export const envName: z.ZodType<string> = textOf(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'the name of an environment variable, such as `MY_KEY`',
)

export const targetName: z.ZodType<string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
  'a target, written `backend/model`',
)

export const hostName: z.ZodType<string> = textOf(
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
  'a host name or an address, without port',
)

export const httpUrl: z.ZodType<string> = textOf(
  /^https?:\/\//,
  'a URL that begins with `http://` or `https://`',
)

export const sha256: z.ZodType<string> = textOf(
  /^[0-9a-f]{64}$/,
  'a SHA-256 in 64 lower-case hexadecimal digits; `aicc keys new` makes one',
)

/** A whole number from 1 to `maximum`. */
export function countUpTo(maximum: number): z.ZodType<number> {
  const range = { error: `a whole number from 1 to ${maximum}` }
  return z.int({ error: 'a whole number' }).min(1, range).max(maximum, range)
}
