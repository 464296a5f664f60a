/**
 * The scalars of the input language in zod. Each error text is a noun phrase that completes "… must be".
 * The patterns are those of `config/scalars.ts`; a differential test holds the two together.
 */
import { z } from 'zod'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import type { FailureCauseName, SurfaceName } from '../config/scalars.ts'

/** A string of a certain form; anything else must be `expected`. */
function textOf(pattern: RegExp, expected: string): z.ZodType<string, string> {
  return z.string({ error: expected }).regex(pattern, { error: expected })
}

/** A text of so many characters, counted as JSON Schema counts them: by code point. */
export function textFrom(least: number, most: number): z.ZodType<string> {
  return textOf(new RegExp(`^[^]{${least},${most}}$`, 'u'), `a text of ${least} to ${most} characters`)
}

export function textUpTo(most: number): z.ZodType<string> {
  return textFrom(1, most)
}

export const nonEmpty: z.ZodType<string> = z
  .string({ error: 'a string' })
  .min(1, { error: 'a string that is not empty' })
/** What a backend itself calls a model. */
export const backendsOwnName: z.ZodType<string> = textOf(
  /^[^]+$/,
  "a string that is not empty: the backend's own name of the model",
)
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

export const zoneName: z.ZodType<string, string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
  'the name of a zone, such as `local`',
)

export const modelName: z.ZodType<string, string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/,
  "a model's name: a letter or digit, then letters, digits, `.`, `_`, `:`, `/` and `-`, at most 128 characters",
)

export const modelPattern: z.ZodType<string, string> = textOf(
  /^([A-Za-z0-9][A-Za-z0-9._:/-]{0,127}|[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}\*|\*)$/,
  "a model's name: a letter or digit, then letters, digits, `.`, `_`, `:`, `/` and `-`, at most 128 characters, with or without a `*` at the end",
)

export const backendModelName: z.ZodType<string, string> = textOf(
  /^([A-Za-z0-9][A-Za-z0-9._:-]{0,63}|\*)$/,
  'a name: a letter or digit, then letters, digits, `.`, `_`, `:` and `-`, at most 64 characters; or `*`',
)

/** `none` means something of its own where labels and rules are named. */
const nameNotNone = (): z.ZodType<string, string> =>
  textOf(
    /^(?!none$)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
    'a name other than `none`: a letter or digit, then letters, digits, `.`, `_`, `:` and `-`, at most 64 characters',
  )

export const labelName: z.ZodType<string, string> = nameNotNone()
export const ruleId: z.ZodType<string> = nameNotNone()

export const patternId: z.ZodType<string> = textOf(
  /^(?!(secrets|pii|client|unscanned|images|failed)$)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
  'a name that stands for nothing else: `secrets`, `pii`, `client`, `unscanned`, `images` and `failed` do',
)

export const destination: z.ZodType<string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,128}$/,
  'the name of a model or of an alias, or a place as `backend/model`',
)

export const headerName: z.ZodType<string, string> = textOf(
  /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/,
  'the name of a header, such as `X-Force-Big`',
)

export const sinkHeaderName: z.ZodType<string, string> = textOf(
  /^(?!([Cc][Oo][Nn][Tt][Ee][Nn][Tt]-|[Hh][Oo][Ss][Tt]$|[Cc][Oo][Nn][Nn][Ee][Cc][Tt][Ii][Oo][Nn]$|[Tt][Rr][Aa][Nn][Ss][Ff][Ee][Rr]-))[A-Za-z0-9-]{1,64}$/,
  'the name of a header, such as `Authorization`, other than `host` and those of the body and of the connection',
)

export const regex: z.ZodType<string> = textFrom(1, 1000)

export const domainName: z.ZodType<string> = textOf(
  /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/,
  'a domain, such as `example.com`',
)

export const network: z.ZodType<string> = textOf(
  /^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:]{2,39})\/[0-9]{1,3}$/,
  'a network, such as `203.0.113.0/24` or `2001:db8::/32`',
)

export const keyword: z.ZodType<string> = textOf(
  /^[ -~]{3,64}$/,
  'a word of 3 to 64 letters, digits and marks of ASCII',
)

export const placeholder: z.ZodType<string> = textOf(
  /^[A-Z0-9][A-Z0-9_:-]{0,39}$/,
  'a placeholder: capitals, digits, `_`, `:` and `-`, at most 40 characters',
)

export const timeOfDay: z.ZodType<string> = textOf(
  /^([01][0-9]|2[0-3]):[0-5][0-9]$/,
  'a time of day, such as `22:30`',
)

/** A moment of the week, for tests. */
export const weekTime: z.ZodType<string> = textOf(
  /^(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]$/,
  'a day and a time, such as `fri 22:30`',
)

export const timeZone: z.ZodType<string> = textOf(
  /^[A-Za-z0-9_+/-]{1,64}$/,
  'the IANA name of a time zone, such as `Europe/Berlin`',
)

export const tokenRate: z.ZodType<string> = textOf(
  /^[1-9][0-9]{0,11}(k|M)?\/(s|min|h|day)$/,
  'a whole number per `s`, `min`, `h` or `day`, such as `200k/min` or `1M/day`',
)

export const moneyRate: z.ZodType<string> = textOf(
  /^[0-9]{1,9}(\.[0-9]{1,4})?\/(day|month)$/,
  'an amount per `day` or `month`, such as `5/day`',
)

export const urlPath: z.ZodType<string> = textOf(/^\//, 'a path that begins with `/`')

export const surface: z.ZodType<SurfaceName> = z.enum(ALL_SURFACES)

export const failureCause: z.ZodType<FailureCauseName> = z.enum([
  'connect',
  'error',
  'rate-limit',
  'timeout',
  'context',
  'content-filter',
  'auth',
  'busy',
])

export const bool: z.ZodType<boolean> = z.boolean({ error: '`true` or `false`' })
export const anyNumber: z.ZodType<number> = z.number({ error: 'a number' })

export const redisPrefix: z.ZodType<string> = textOf(
  /^[A-Za-z0-9_.-]{1,64}$/,
  'up to 64 letters, digits, `_`, `.` and `-`',
)

export const envName: z.ZodType<string> = textOf(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'the name of an environment variable, such as `MY_KEY`',
)

export const targetPattern: z.ZodType<string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\/([A-Za-z0-9][A-Za-z0-9._:-]{0,63}|\*)$/,
  'a target, written `backend/model`',
)

export const rulePath: z.ZodType<string> = textOf(
  /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\/[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/,
  'a rule, written `ruleset/id`',
)

export const hostName: z.ZodType<string> = textOf(
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/,
  'a host name or an address, without port',
)

export const httpUrl: z.ZodType<string> = textOf(
  /^https?:\/\//,
  'a URL that begins with `http://` or `https://`',
)

export const macAddress: z.ZodType<string, string> = textOf(
  /^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$/,
  'the address of a network card, such as `00:11:22:33:44:55`',
)

export const sha256: z.ZodType<string> = textOf(
  /^[0-9a-f]{64}$/,
  'a SHA-256 in 64 lower-case hexadecimal digits; `aicc keys new` makes one',
)

/** A whole number from 1 to `maximum`. */
export function countUpTo(maximum: number): z.ZodType<number> {
  return wholeNumber(1, maximum)
}

export function wholeNumber(minimum: number, maximum: number): z.ZodType<number> {
  const range = { error: `a whole number from ${minimum} to ${maximum}` }
  return z.int({ error: 'a whole number' }).min(minimum, range).max(maximum, range)
}

export function numberFrom(minimum: number, maximum?: number): z.ZodType<number> {
  const range = {
    error: maximum === undefined ? `a number from ${minimum} up` : `a number from ${minimum} to ${maximum}`,
  }
  const least = z.number({ error: 'a number' }).min(minimum, range)
  return maximum === undefined ? least : least.max(maximum, range)
}
