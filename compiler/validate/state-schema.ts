/** `state`: where limits and budgets are counted. */
import { z } from 'zod'
import type { StateConfig } from '../config/policy.ts'
import { countUpTo, envName, redisPrefix } from './scalar-schemas.ts'

const answer = z.enum(['open', 'closed', 'local-share']).exactOptional()

export const stateSchema: z.ZodType<StateConfig> = z.strictObject({
  redis: z.strictObject({
    url: z.strictObject({ env: envName }, { error: 'the name of a variable, as `{ env: MY_REDIS_URL }`' }),
    nodes: countUpTo(1000),
    prefix: redisPrefix.exactOptional(),
    onFailure: z.strictObject({ limits: answer, budgets: answer, leases: answer }).exactOptional(),
  }),
})
