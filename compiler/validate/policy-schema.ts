/**
 * `policy.yaml` in zod: the twin of `PolicyFile` in `config.ts`.
 */
import { z } from 'zod'
import type { PolicyFile } from '../config.ts'
import {
  byteSize,
  countUpTo,
  duration,
  durationOrOff,
  hostName,
  modelName,
  plainText,
  rate,
  targetName,
} from './scalar-schemas.ts'

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
  body: byteSize.exactOptional(),
  bodyTimeout: duration.exactOptional(),
  headers: byteSize.exactOptional(),
  headerCount: countUpTo(1000).exactOptional(),
  failedKeys: rate.exactOptional(),
})

const cors = z.strictObject({
  origins: z.array(plainText, { error: "a list of origins, as `['https://chat.example.com']`" }),
  maxAge: duration.exactOptional(),
})

const model = z.strictObject({
  targets: z.array(targetName, { error: 'a list of targets, as `[backend/model]`' }).min(1),
  timeouts: timeouts.exactOptional(),
  keepAlive: durationOrOff.exactOptional(),
})

export const policySchema: z.ZodType<PolicyFile> = z.strictObject({
  listen: listen.exactOptional(),
  limits: limits.exactOptional(),
  timeouts: timeouts.exactOptional(),
  cors: cors.exactOptional(),
  models: z.record(modelName, model),
  aliases: z.record(modelName, modelName).exactOptional(),
})
