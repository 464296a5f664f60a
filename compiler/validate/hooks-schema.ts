/** The zod twin of `config/hooks.ts`. */
import { z } from 'zod'
import type { HooksConfig } from '../config/hooks.ts'
import { envName, name } from './scalar-schemas.ts'

const secret = z.strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_KEY }`' })
const id = z.string().regex(/^[A-Za-z0-9]{1,64}$/, { error: 'an id of letters and digits' })
const word = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: 'a word in lower case' })

export const hooksSchema: z.ZodType<HooksConfig> = z.strictObject({
  mattermost: z
    .strictObject({
      tokens: z.array(secret, { error: 'a list, as `[{ env: MATTERMOST_TOKEN }]`' }).min(1),
      users: z.union([z.literal('*'), z.array(id)], { error: "a list of ids of users, or `'*'`" }),
      teams: z.array(id).exactOptional(),
      channels: z.array(id).exactOptional(),
      commands: z.record(word, name).exactOptional(),
    })
    .exactOptional(),
})
