/**
 * `clients.yaml` in zod: the twin of `ClientsFile` in `config/clients.ts`.
 */
import { z } from 'zod'
import type { ClientConfig, ClientsFile } from '../config/clients.ts'
import {
  countUpTo,
  dateTime,
  envName,
  labelName,
  modelPattern,
  moneyRate,
  name,
  rate,
  sha256,
  tokenRate,
} from './scalar-schemas.ts'
import { decidedByKey } from './shapes.ts'

/** Keys that `limits` of a client and of the policy share. */
export const usageLimits: {
  requests: z.ZodExactOptional<z.ZodType<string>>
  tokens: z.ZodExactOptional<z.ZodType<string>>
  concurrent: z.ZodExactOptional<z.ZodType<number>>
} = {
  requests: rate.exactOptional(),
  tokens: tokenRate.exactOptional(),
  concurrent: countUpTo(100_000).exactOptional(),
}

const key: z.ZodType<ClientConfig['keys'][number]> = decidedByKey(
  {
    env: envName.exactOptional(),
    sha256: sha256.exactOptional(),
    deprecated: dateTime.exactOptional(),
    expires: dateTime.exactOptional(),
  },
  { env: ['deprecated', 'expires'], sha256: ['deprecated', 'expires'] },
  'give each key as `{ env: NAME }` or as `{ sha256: … }`',
)

const client = z.strictObject({
  keys: z.array(key, { error: 'a list of keys, as `[{ env: MY_KEY }]`' }).min(1),
  models: z.union([z.literal('*'), z.array(modelPattern).min(1)], { error: "`'*'` or a list of names" }),
  tags: z.array(name, { error: 'a list of tags' }).exactOptional(),
  labels: z.array(labelName, { error: 'a list of labels' }).exactOptional(),
  limits: z.strictObject(usageLimits).exactOptional(),
  budget: z.strictObject({ usd: moneyRate }).exactOptional(),
})

export const clientsSchema: z.ZodType<ClientsFile> = z.strictObject({ clients: z.record(name, client) })
