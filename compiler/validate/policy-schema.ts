/**
 * `policy.yaml` in zod: the twin of `PolicyFile` in `config/policy.ts`.
 */
import { z } from 'zod'
import { ALL_SURFACES } from '../../src/table/surfaces.ts'
import type { ModelConfig, PolicyFile } from '../config/policy.ts'
import { alertsSchema } from './alerts-schema.ts'
import { classifySchema, surfacesSchema } from './classify-schema.ts'
import { hooksSchema } from './hooks-schema.ts'
import { phraseSchema, rulesetSchema } from './rules-schema.ts'
import {
  byteSize,
  countUpTo,
  destination,
  duration,
  durationOrOff,
  failureCause,
  hostName,
  labelName,
  modelName,
  modelPattern,
  name,
  numberFrom,
  plainText,
  rate,
  targetPattern,
  timeZone,
  wholeNumber,
  zoneName,
} from './scalar-schemas.ts'
import { decidedByKey, several } from './shapes.ts'
import { stateSchema } from './state-schema.ts'
import { traceSchema } from './trace-schema.ts'
import { usageLimits, usageLimitsSchema } from './usage-schema.ts'

const CAUSES = 'a list of causes, as `[context, timeout]`'

const timeouts = z.strictObject({
  connect: duration.exactOptional(),
  firstToken: duration.exactOptional(),
  idle: duration.exactOptional(),
  total: duration.exactOptional(),
})

const listen = z.strictObject({
  https: plainText.exactOptional(),
  http: plainText.exactOptional(),
  names: z.array(hostName, { error: 'a list of host names' }).exactOptional(),
})

const limits = z.strictObject({
  ...usageLimits,
  perAddress: usageLimitsSchema.exactOptional(),
  body: byteSize.exactOptional(),
  bodyTimeout: duration.exactOptional(),
  headers: byteSize.exactOptional(),
  headerCount: countUpTo(1000).exactOptional(),
  failedKeys: rate.exactOptional(),
})

const breaker = z.union(
  [
    z.literal('off'),
    z.strictObject({
      window: duration.exactOptional(),
      minimum: countUpTo(100_000).exactOptional(),
      failures: countUpTo(100).exactOptional(),
      open: duration.exactOptional(),
      longest: duration.exactOptional(),
    }),
  ],
  { error: '`off`, or a mapping such as `{ minimum: 5, failures: 50 }`' },
)

const cors = z.strictObject({
  origins: z.array(plainText, { error: "a list of origins, as `['https://chat.example.com']`" }),
  maxAge: duration.exactOptional(),
})

const label = z.strictObject({
  mayReach: name,
  onDenied: z
    .union([z.literal('block'), z.strictObject({ reroute: destination })], {
      error: '`block` or `{ reroute: MODEL }`',
    })
    .exactOptional(),
  trace: z.enum(['none', 'metadata-only', 'redacted', 'full']).exactOptional(),
  cache: z.enum(['none', 'client', 'shared']).exactOptional(),
})

const target = z.union(
  [targetPattern, z.strictObject({ target: targetPattern, weight: countUpTo(1_000_000) })],
  {
    error: 'a target, as `backend/model` or `{ target: backend/model, weight: 1 }`',
  },
)

const fallback = z.union(
  [destination, z.strictObject({ to: destination, on: several(failureCause, CAUSES) })],
  {
    error: 'a model or a target, as `fast` or `{ to: fast, on: [context] }`',
  },
)

const retry = z.strictObject(
  {
    times: wholeNumber(0, 10).exactOptional(),
    backoff: duration.exactOptional(),
    longestWait: duration.exactOptional(),
    budget: wholeNumber(0, 100).exactOptional(),
  },
  { error: 'a mapping such as `{ times: 2 }`, with `times: 0` for no retries' },
)

const servedKeys = {
  targets: several(target, 'a list of targets, as `[backend/model]`').exactOptional(),
  balance: z
    .enum(['round-robin', 'ordered', 'weighted', 'least-busy', 'peak-ewma', 'prefix'])
    .exactOptional(),
  fallback: several(fallback, 'a list of models or targets').exactOptional(),
  retry: retry.exactOptional(),
  onBreak: z.enum(['terminate', 'continue']).exactOptional(),
  limits: usageLimitsSchema.exactOptional(),
  surfaces: surfacesSchema.exactOptional(),
  translation: z.enum(['allow', 'lossless', 'off']).exactOptional(),
  serverTools: z.enum(['refuse', 'allow']).exactOptional(),
  timeouts: timeouts.exactOptional(),
  keepAlive: durationOrOff.exactOptional(),
}

const model: z.ZodType<ModelConfig> = decidedByKey(
  { ...servedKeys, rules: name.exactOptional() },
  { targets: Object.keys(servedKeys), rules: [] },
  'a model has `targets` of its own, or `rules` that send its requests on',
)

const cache = z.strictObject({
  zone: zoneName,
  ttl: duration,
  semantic: z.strictObject({ embed: destination, threshold: numberFrom(0, 1) }).exactOptional(),
})

/** Each surface is a key: a wrong one is told as other keys are. */
const defaultModels = z.strictObject(
  Object.fromEntries(ALL_SURFACES.map((surface) => [surface, modelName.exactOptional()])),
)

export const policySchema: z.ZodType<PolicyFile> = z.strictObject({
  version: z.literal(2).exactOptional(),
  listen: listen.exactOptional(),
  limits: limits.exactOptional(),
  timeouts: timeouts.exactOptional(),
  breaker: breaker.exactOptional(),
  state: stateSchema.exactOptional(),
  retry: retry.exactOptional(),
  cors: cors.exactOptional(),
  zones: z.array(name, { error: 'a list of zones, least to most trusted' }).min(1).max(16).exactOptional(),
  timeZone: timeZone.exactOptional(),
  labels: z.record(labelName, label).exactOptional(),
  classify: classifySchema.exactOptional(),
  phrases: z.record(name, phraseSchema).exactOptional(),
  surfaces: surfacesSchema.exactOptional(),
  fileUrls: z.enum(['inline', 'public', 'any']).exactOptional(),
  models: z.record(modelPattern, model),
  aliases: z.record(modelPattern, modelName).exactOptional(),
  defaultModels: defaultModels.exactOptional(),
  rules: z.record(name, rulesetSchema).exactOptional(),
  trace: traceSchema.exactOptional(),
  cache: cache.exactOptional(),
  hooks: hooksSchema.exactOptional(),
  alerts: alertsSchema.exactOptional(),
})
