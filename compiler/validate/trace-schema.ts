/** The zod twin of `config/trace.ts`. */
import { z } from 'zod'
import type { TraceConfig } from '../config/trace.ts'
import { envName, httpUrl, sinkHeaderName, wholeNumber, zoneName } from './scalar-schemas.ts'
import { oneOf } from './shapes.ts'

const secret = z.strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_KEY }`' })

const anySink = {
  url: httpUrl,
  zone: zoneName,
  content: z.enum(['metadata-only', 'redacted', 'full']).exactOptional(),
  backlog: wholeNumber(100, 10_000_000).exactOptional(),
}

const sink = z.discriminatedUnion('sink', [
  z.strictObject({
    sink: z.literal('langfuse'),
    ...anySink,
    publicKey: secret,
    secretKey: secret,
    environment: z
      .string()
      .regex(/^(?!langfuse)[a-z0-9_-]{1,40}$/, {
        error: 'up to 40 small letters, digits, `_` and `-`, which do not begin with `langfuse`',
      })
      .exactOptional(),
  }),
  z.strictObject({
    sink: z.literal('otlp'),
    ...anySink,
    headers: z
      .record(sinkHeaderName, secret, { error: 'a mapping from header names to `{ env: MY_KEY }`' })
      .exactOptional(),
    environment: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
        error: 'a letter or digit, then letters, digits, `.`, `_` and `-`, at most 63 characters',
      })
      .exactOptional(),
  }),
])

export const traceSchema: z.ZodType<TraceConfig> = oneOf(
  sink,
  'a sink as `{ sink: langfuse, … }`, or a list of them',
)
