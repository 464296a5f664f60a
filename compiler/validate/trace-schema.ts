/** The zod twin of `config/trace.ts`. */
import { z } from 'zod'
import type { TraceConfig } from '../config/trace.ts'
import { envName, httpUrl, name, wholeNumber } from './scalar-schemas.ts'

const secret = z.strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_KEY }`' })

export const traceSchema: z.ZodType<TraceConfig> = z.strictObject({
  sink: z.literal('langfuse'),
  url: httpUrl,
  zone: name,
  publicKey: secret,
  secretKey: secret,
  content: z.enum(['metadata-only', 'redacted', 'full']).exactOptional(),
  environment: z
    .string()
    .regex(/^(?!langfuse)[a-z0-9_-]{1,40}$/, {
      error: 'up to 40 small letters, digits, `_` and `-`, which do not begin with `langfuse`',
    })
    .exactOptional(),
  backlog: wholeNumber(100, 10_000_000).exactOptional(),
})
