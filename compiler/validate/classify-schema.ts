/**
 * `classify` of `policy.yaml` in zod: the twin of `config/classify.ts`.
 */
import { z } from 'zod'
import type { ClassifyConfig } from '../config/classify.ts'
import type { SurfaceName } from '../config/scalars.ts'
import {
  byteSize,
  countUpTo,
  destination,
  domainName,
  duration,
  labelName,
  network,
  numberFrom,
  patternId,
  regex,
  textFrom,
  surface,
  wholeNumber,
} from './scalar-schemas.ts'
import { notEmpty, several } from './shapes.ts'

export const surfacesSchema: z.ZodType<SurfaceName[]> = several(surface, 'a list of surfaces, as `[chat]`')

const scan = z.strictObject({
  maxBytes: byteSize.exactOptional(),
  images: z.enum(['label', 'refuse']).exactOptional(),
  decode: z.literal([1, 'off']).exactOptional(),
})

const allow = notEmpty(
  z.strictObject({
    values: several(textFrom(3, 1000), 'a list of texts').exactOptional(),
    domains: several(domainName, 'a list of domains, as `[example.com]`').exactOptional(),
    networks: several(network, 'a list of networks, as `[203.0.113.0/24]`').exactOptional(),
  }),
  'what is allowed: `values`, `domains` or `networks`',
)

const kindSwitch = z.union([z.literal('off'), z.strictObject({ atLeast: wholeNumber(2, 1000) })], {
  error: '`off`, or `{ atLeast: 3 }`',
})

const privacy = z.strictObject({
  detectors: z.array(z.enum(['secrets', 'pii']), { error: 'a list of detectors' }).exactOptional(),
  patterns: z
    .array(z.strictObject({ id: patternId, regex, label: labelName.exactOptional() }), {
      error: 'a list of patterns, as `[{ id: codename, regex: … }]`',
    })
    .exactOptional(),
  entropy: z
    .strictObject({
      threshold: numberFrom(1, 8).exactOptional(),
      minLength: wholeNumber(8, 1000).exactOptional(),
    })
    .exactOptional(),
  allow: allow.exactOptional(),
  kinds: z.record(z.string(), kindSwitch, { error: 'kinds of finds, as `{ phone: off }`' }).exactOptional(),
  label: labelName,
  surfaces: surfacesSchema.exactOptional(),
})

const off = z.literal('off')
const share = numberFrom(0, 1)

const injection = z.strictObject({
  detectors: several(z.literal('builtin'), 'a list of detectors, as `[builtin]`').exactOptional(),
  action: z.enum(['flag', 'block']).exactOptional(),
  thresholds: z
    .strictObject({
      user: share.exactOptional(),
      tool: share.exactOptional(),
      document: share.exactOptional(),
    })
    .exactOptional(),
  families: z
    .strictObject({
      override: off.exactOptional(),
      'clean-slate': off.exactOptional(),
      'new-orders': off.exactOptional(),
      'role-play': off.exactOptional(),
      'developer-mode': off.exactOptional(),
      'no-limits': off.exactOptional(),
      'prompt-extraction': off.exactOptional(),
      markup: off.exactOptional(),
      'hide-from-user': off.exactOptional(),
    })
    .exactOptional(),
  model: off.exactOptional(),
  surfaces: surfacesSchema.exactOptional(),
})

const words = z.array(textFrom(2, 100), { error: 'a list of words' })
const bound = z.strictObject({ maxTokens: countUpTo(1_000_000_000) })

const complexity = z.strictObject({
  simple: bound.exactOptional(),
  medium: bound.exactOptional(),
  signals: z.strictObject({ code: words.exactOptional(), reasoning: words.exactOptional() }).exactOptional(),
  classifier: z.strictObject({ model: destination, timeout: duration.exactOptional() }).exactOptional(),
})

export const classifySchema: z.ZodType<ClassifyConfig> = z.strictObject({
  scan: scan.exactOptional(),
  privacy: privacy.exactOptional(),
  injection: injection.exactOptional(),
  complexity: complexity.exactOptional(),
})
