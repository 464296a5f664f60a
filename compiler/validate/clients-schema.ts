/**
 * `clients.yaml` in zod: the twin of `ClientsFile` in `config/clients.ts`.
 */
import { z } from 'zod'
import type { ClientConfig, ClientsFile } from '../config/clients.ts'
import { bool, dateTime, duration, envName, labelName, modelPattern, name, sha256 } from './scalar-schemas.ts'
import { decidedByKey } from './shapes.ts'
import { budgetsSchema, usageLimitsSchema } from './usage-schema.ts'

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
  limits: usageLimitsSchema.exactOptional(),
  budget: budgetsSchema.exactOptional(),
  signing: z
    .strictObject(
      {
        secret: z.strictObject(
          { env: envName },
          { error: 'the name of a variable, as `{ env: MY_SECRET }`' },
        ),
        window: duration.exactOptional(),
        required: bool.exactOptional(),
      },
      { error: 'a mapping, as `{ secret: { env: MY_SECRET } }`' },
    )
    .exactOptional(),
})

export const clientsSchema: z.ZodType<ClientsFile> = z.strictObject({ clients: z.record(name, client) })
