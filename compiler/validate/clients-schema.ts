/**
 * `clients.yaml` in zod: the twin of `ClientsFile` in `config.ts`.
 */
import { z } from 'zod'
import type { ClientsFile, EnvKeyConfig, HashedKeyConfig } from '../config.ts'
import { dateTime, envName, modelName, name, sha256 } from './scalar-schemas.ts'

/**
 * One object with a rule instead of a union: a union's issues could not say which of the two was meant.
 * The rule's message tells `from-zod.ts` what is the matter.
 */
const key = z
  .strictObject({
    env: envName.exactOptional(),
    sha256: sha256.exactOptional(),
    deprecated: dateTime.exactOptional(),
    expires: dateTime.exactOptional(),
  })
  .check(({ value, issues }) => {
    if ((value.env === undefined) !== (value.sha256 === undefined)) return
    const both = value.env !== undefined
    issues.push({
      code: 'custom',
      input: value,
      path: both ? ['sha256'] : [],
      params: { conflict: both },
      message: both ? '`sha256` cannot stand beside `env`' : 'missing `env` or `sha256`',
    })
  }) as unknown as z.ZodType<EnvKeyConfig | HashedKeyConfig>

const client = z.strictObject({
  keys: z.array(key, { error: 'a list of keys, as `[{ env: MY_KEY }]`' }).min(1),
  models: z.union([z.literal('*'), z.array(modelName).min(1)], { error: "`'*'` or a list of names" }),
})

export const clientsSchema: z.ZodType<ClientsFile> = z.strictObject({ clients: z.record(name, client) })
